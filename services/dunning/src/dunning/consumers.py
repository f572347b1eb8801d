"""Which event and which due work calls which handler of dunning."""

from chassis.consumer import Subscriptions
from contracts import invoicing, notifier, payments, watermark
from dunning.due_work import REVIEW, schedules
from dunning.handlers import answers, facts, reviews

subscriptions = Subscriptions("dunning")

subscriptions.on_batch(invoicing.CustomerRegistered, invoicing.CustomerUpdated)(facts.customers_changed)
subscriptions.on_batch(invoicing.CustomerErased)(facts.customers_erased)
subscriptions.on_batch(
    invoicing.InvoiceIssued,
    invoicing.InvoiceAmended,
    invoicing.InvoiceDue,
    invoicing.InvoiceOverdue,
    invoicing.InvoiceSettled,
    invoicing.InvoiceCancelled,
    invoicing.InvoiceWrittenOff,
)(facts.invoices_changed)
subscriptions.on_batch(payments.PaymentAllocated)(facts.money_allocated)
subscriptions.on_batch(payments.PaymentReversed)(facts.money_reversed)
subscriptions.on(invoicing.DebtorResponded)(answers.debtor_responded)
subscriptions.on(notifier.ContactOptedOut)(facts.contact_opted_out)
subscriptions.on(notifier.ContactInvalidated)(facts.contact_invalidated)
subscriptions.on(notifier.MessageSuppressed)(facts.message_suppressed)
subscriptions.on(notifier.MessageFailed)(facts.message_failed)
subscriptions.on_batch(watermark.WatermarkAdvanced)(facts.watermarks_advanced)

schedules.on_batch(REVIEW)(reviews.review_debtors)
