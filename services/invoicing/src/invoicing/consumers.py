"""Which event and which due work calls which handler of invoicing."""

from chassis.consumer import Subscriptions
from contracts import notifier, payments
from invoicing.due_work import ABANDONED, DUE, IMPORT, OCCURRENCE, OVERDUE, REGISTER, schedules
from invoicing.handlers import board, customers, days, imports, plans, registration, responses, uploads
from invoicing.handlers import payments as money

subscriptions = Subscriptions("invoicing")

subscriptions.on_batch(payments.PaymentAllocated)(money.apply_allocations)
subscriptions.on_batch(payments.PaymentReversed)(money.undo_allocations)
subscriptions.on_batch(notifier.MessageSent)(board.messages_sent)
subscriptions.on_batch(notifier.MessageDelivered)(board.messages_delivered)
subscriptions.on_batch(notifier.MessageOpened)(board.messages_opened)
subscriptions.on_batch(notifier.MessageFailed)(board.messages_failed)
subscriptions.on(notifier.MessageReplied)(responses.message_replied)
subscriptions.on_batch(notifier.ContactOptedOut)(customers.apply_opt_outs)
subscriptions.on_batch(notifier.ContactInvalidated)(customers.apply_invalidations)

schedules.on_batch(DUE)(days.tell_due)
schedules.on_batch(OVERDUE)(days.tell_overdue)
schedules.on_batch(REGISTER)(registration.register_charges)
schedules.on(IMPORT)(imports.read_piece)
schedules.on(ABANDONED)(uploads.drop_abandoned)
schedules.on(OCCURRENCE)(plans.issue_occurrence)
