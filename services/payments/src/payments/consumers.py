"""Which event and which due work calls which handler of payments."""

from chassis.consumer import Subscriptions
from contracts import invoicing
from payments.due_work import CONFIRM_PIX, MATCH_RECEIPT, POLL_PIX, REFUND_PIX, schedules
from payments.handlers import copies, pix, refunds, waiting

subscriptions = Subscriptions("payments")

subscriptions.on_batch(invoicing.CustomerRegistered, invoicing.CustomerUpdated)(copies.customers_changed)
subscriptions.on_batch(invoicing.CustomerErased)(copies.customers_erased)
subscriptions.on_batch(
    invoicing.InvoiceIssued,
    invoicing.InvoiceAmended,
    invoicing.InvoiceSettled,
    invoicing.InvoiceCancelled,
    invoicing.InvoiceWrittenOff,
)(copies.invoices_changed)
subscriptions.on_batch(invoicing.AgreementAccepted, invoicing.AgreementBroken)(copies.agreements_changed)

schedules.on_batch(MATCH_RECEIPT)(waiting.match_receipts)
schedules.on_batch(CONFIRM_PIX)(pix.confirm)
schedules.on(POLL_PIX)(pix.poll)
schedules.on(REFUND_PIX)(refunds.send)
