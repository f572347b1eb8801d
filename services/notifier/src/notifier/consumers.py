"""Which event and which due work calls which handler of notifier."""

from chassis.consumer import Subscriptions
from contracts import dunning, invoicing, payments, watermark
from notifier.due_work import CALLBACK, FALLBACK, RESOLVE, SEND, schedules
from notifier.handlers import copies, fallback, returns, sending

subscriptions = Subscriptions("notifier")

subscriptions.on_batch(invoicing.CustomerRegistered, invoicing.CustomerUpdated)(copies.customers_changed)
subscriptions.on_batch(invoicing.CustomerErased)(copies.customers_erased)
subscriptions.on_batch(
    invoicing.InvoiceIssued,
    invoicing.InvoiceAmended,
    invoicing.InvoiceDue,
    invoicing.InvoiceOverdue,
    invoicing.InvoiceSettled,
    invoicing.InvoiceCancelled,
    invoicing.InvoiceWrittenOff,
)(copies.invoices_changed)
subscriptions.on_batch(payments.PaymentAllocated)(copies.money_allocated)
subscriptions.on_batch(payments.PaymentReversed)(copies.money_reversed)
subscriptions.on_batch(dunning.CaseHeld)(copies.cases_held)
subscriptions.on_batch(dunning.CaseReleased)(copies.cases_released)
subscriptions.on_batch(dunning.CaseClosed)(copies.cases_closed)
subscriptions.on_batch(dunning.MessageRequested)(copies.messages_requested)
subscriptions.on_batch(invoicing.DebtorResponded)(copies.debtors_responded)
subscriptions.on_batch(watermark.WatermarkAdvanced)(copies.watermarks_advanced)

schedules.on_batch(SEND)(sending.send_messages)
schedules.on_batch(FALLBACK)(fallback.check_arrivals)
schedules.on_batch(RESOLVE)(fallback.resolve_unknowns)
schedules.on_batch(CALLBACK)(returns.apply_callbacks)
