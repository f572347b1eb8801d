"""Which event and which due work calls which handler of analytics."""

from analytics.due_work import STORE_FORECAST, schedules
from analytics.handlers import forecasting, projecting
from chassis.consumer import Subscriptions
from contracts import dunning, invoicing, notifier, payments

subscriptions = Subscriptions("analytics")

subscriptions.on_batch(invoicing.CustomerRegistered, invoicing.CustomerUpdated, invoicing.CustomerErased)(
    projecting.project
)
subscriptions.on_batch(
    invoicing.InvoiceIssued,
    invoicing.InvoiceAmended,
    invoicing.InvoiceDue,
    invoicing.InvoiceOverdue,
    invoicing.InvoiceSettled,
    invoicing.InvoiceCancelled,
    invoicing.InvoiceWrittenOff,
    invoicing.AgreementAccepted,
    invoicing.AgreementFulfilled,
    invoicing.AgreementBroken,
    invoicing.DebtorResponded,
)(projecting.project)
subscriptions.on_batch(payments.PaymentReceived, payments.PaymentAllocated, payments.PaymentReversed)(
    projecting.project
)
subscriptions.on_batch(
    dunning.MessageRequested,
    dunning.CaseOpened,
    dunning.CaseHeld,
    dunning.CaseReleased,
    dunning.CaseEscalated,
    dunning.CaseClosed,
    dunning.PromiseMade,
    dunning.PromiseKept,
    dunning.PromiseBroken,
)(projecting.project)
subscriptions.on_batch(dunning.DecisionRecorded)(projecting.decisions_recorded)
subscriptions.on_batch(
    notifier.MessageSent,
    notifier.MessageDelivered,
    notifier.MessageOpened,
    notifier.MessageClicked,
    notifier.MessageFailed,
    notifier.MessageSuppressed,
    notifier.MessageReplied,
    notifier.ContactOptedOut,
    notifier.ContactInvalidated,
)(projecting.project)

schedules.on(STORE_FORECAST)(forecasting.store_forecast)
