"""The catalogue: every topic of the platform, once."""

from collections.abc import Mapping

from contracts import dunning, invoicing, notifier, payments, watermark
from contracts.base import Event
from contracts.registry import Topic

SERVICES = ("invoicing", "payments", "dunning", "notifier", "analytics")

CUSTOMER = "customer_id"
CUSTOMER_OR_RECEIPT = "customer_id; receipt_id while the payer is unknown"


def _topic(payload: type[Event], producer: str, readers: str, description: str, *, key: str = CUSTOMER) -> Topic:
    """A topic of facts kept for ever: projections are rebuilt from the first record."""
    return Topic(
        name=payload.topic,
        payload=payload,
        producers=(producer,),
        consumers=tuple(readers.split()),
        key=key,
        description=description,
    )


_CUSTOMERS = "payments dunning notifier analytics"
_INVOICES = "payments dunning notifier analytics"

_ALL = (
    _topic(invoicing.CustomerRegistered, "invoicing", _CUSTOMERS, "A payer became known; the whole customer."),
    _topic(invoicing.CustomerUpdated, "invoicing", _CUSTOMERS, "A payer changed; the whole customer and what changed."),
    _topic(invoicing.CustomerErased, "invoicing", _CUSTOMERS, "A payer's personal data was destroyed with its key."),
    _topic(invoicing.InvoiceIssued, "invoicing", _INVOICES, "A receivable exists; the whole invoice."),
    _topic(invoicing.InvoiceAmended, "invoicing", _INVOICES, "An invoice changed; the whole invoice and what changed."),
    _topic(invoicing.InvoiceDue, "invoicing", "dunning notifier analytics", "The due day of an open invoice began."),
    _topic(invoicing.InvoiceOverdue, "invoicing", "dunning notifier analytics", "An open invoice passed its due day."),
    _topic(invoicing.InvoiceSettled, "invoicing", _INVOICES, "Nothing of the invoice is open any more."),
    _topic(invoicing.InvoiceCancelled, "invoicing", _INVOICES, "What was left of the invoice is not owed."),
    _topic(invoicing.InvoiceWrittenOff, "invoicing", _INVOICES, "What was left is owed but no longer expected."),
    _topic(
        invoicing.AgreementAccepted,
        "invoicing",
        "payments dunning notifier analytics",
        "A negotiated plan took the place of invoices.",
    ),
    _topic(invoicing.AgreementFulfilled, "invoicing", "dunning analytics", "A negotiated plan was paid to the end."),
    _topic(
        invoicing.AgreementBroken,
        "invoicing",
        "payments dunning notifier analytics",
        "A negotiated plan failed; the originals are owed again.",
    ),
    _topic(
        invoicing.DebtorResponded,
        "invoicing",
        "dunning notifier analytics",
        "A debtor answered: promise, dispute, says paid, asks new date, wrong person, reason, stop and more.",
    ),
    _topic(
        payments.PaymentReceived,
        "payments",
        "dunning notifier analytics",
        "Money is here.",
        key=CUSTOMER_OR_RECEIPT,
    ),
    _topic(
        payments.PaymentAllocated,
        "payments",
        "invoicing dunning notifier analytics",
        "Money belongs to these invoices: principal, interest, fine, discount, unapplied.",
        key=CUSTOMER_OR_RECEIPT,
    ),
    _topic(
        payments.PaymentReversed,
        "payments",
        "invoicing dunning notifier analytics",
        "Money went back, or an allocation was undone.",
        key=CUSTOMER_OR_RECEIPT,
    ),
    _topic(dunning.MessageRequested, "dunning", "notifier analytics", "A step of the régua asks for a message."),
    _topic(dunning.CaseOpened, "dunning", "analytics", "An invoice came under a policy."),
    _topic(dunning.CaseHeld, "dunning", "notifier analytics", "A case is silent, with reason, owner and end."),
    _topic(dunning.CaseReleased, "dunning", "notifier analytics", "A hold of a case ended."),
    _topic(dunning.CaseEscalated, "dunning", "analytics", "A person, agency, bureau, notary or court has to act."),
    _topic(dunning.CaseClosed, "dunning", "notifier analytics", "Collection of an invoice ended."),
    _topic(dunning.PromiseMade, "dunning", "notifier analytics", "A debtor promised to pay on a day."),
    _topic(dunning.PromiseKept, "dunning", "analytics", "A promise was paid in time."),
    _topic(dunning.PromiseBroken, "dunning", "analytics", "A promise was not paid in time."),
    _topic(dunning.DecisionRecorded, "dunning", "analytics", "What was decided about a case, from what, and why."),
    _topic(notifier.MessageSent, "notifier", "invoicing dunning analytics", "A provider accepted a message."),
    _topic(notifier.MessageDelivered, "notifier", "invoicing dunning analytics", "A message reached its recipient."),
    _topic(notifier.MessageOpened, "notifier", "invoicing dunning analytics", "A message was opened, by whom or what."),
    _topic(notifier.MessageClicked, "notifier", "dunning analytics", "A link of a message was followed."),
    _topic(notifier.MessageFailed, "notifier", "invoicing dunning analytics", "An attempt failed, and how."),
    _topic(notifier.MessageSuppressed, "notifier", "dunning analytics", "The last gate kept a message back."),
    _topic(notifier.MessageReplied, "notifier", "invoicing analytics", "A debtor wrote back; what the answer is."),
    _topic(notifier.ContactOptedOut, "notifier", "invoicing dunning analytics", "A debtor refused a channel."),
    _topic(notifier.ContactInvalidated, "notifier", "invoicing dunning analytics", "A contact does not reach."),
    Topic(
        name="watermark.advanced",
        payload=watermark.WatermarkAdvanced,
        producers=SERVICES,
        consumers=("dunning", "notifier"),
        key="producer and lane",
        description="Everything a producer's lane knew at an instant is at or below these offsets.",
        partitions=1,
        retention_days=7,
        compacted=True,
    ),
)

TOPICS: Mapping[str, Topic] = {topic.name: topic for topic in _ALL}
