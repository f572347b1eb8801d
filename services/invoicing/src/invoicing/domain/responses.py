"""What debtors answer: which answers fit, and what follows for the debtor's own record."""

from datetime import date
from typing import Final, get_args

from chassis.errors import ConflictError, Fault, InvalidError
from contracts.answers import (
    Answer,
    AsksAgreement,
    AsksCopy,
    AsksNewDate,
    AsksPerson,
    AsksWaiver,
    Dispute,
    Insolvency,
    Promise,
    ReasonForNotPaying,
    SaysPaid,
    StopChannel,
    WrongPerson,
)
from contracts.customers import Customer, CustomerFlag
from contracts.invoices import OPEN_STATES, Invoice

OwnAnswer = (
    Promise
    | SaysPaid
    | Dispute
    | AsksNewDate
    | AsksWaiver
    | AsksAgreement
    | AsksCopy
    | WrongPerson
    | ReasonForNotPaying
    | StopChannel
    | AsksPerson
)
"""What a debtor can choose without an operator."""

KINDS: Final[tuple[str, ...]] = tuple(str(answer.model_fields["kind"].default) for answer in get_args(OwnAnswer))
_FLAGS: Final[dict[str, CustomerFlag]] = {
    "bankruptcy": "bankrupt",
    "judicial_recovery": "judicial_recovery",
    "deceased": "deceased",
}


def check(answer: Answer, invoices: list[Invoice], *, today: date) -> None:
    """Refuse an answer that cannot be meant: raises `InvalidError` for a day that has passed, `ConflictError` for a
    promise or another day of an invoice that is closed."""
    if isinstance(answer, Promise | AsksNewDate):
        field = "promised_on" if isinstance(answer, Promise) else "requested_on"
        if getattr(answer, field) < today:
            fault = Fault(f"/answer/{field}", "date.past", "name today or a day to come")
            raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,))
        if not any(invoice.state in OPEN_STATES for invoice in invoices):
            raise ConflictError("invoice-not-open", "Nothing of it is open any more.")


def check_contact(customer: Customer, contact_id: object) -> None:
    """Refuse a contact that is not the customer's. Raises `InvalidError`."""
    if contact_id is not None and contact_id not in {one.contact_id for one in customer.contacts}:
        fault = Fault("/contact_id", "contact.unknown", "no contact of this customer has this id")
        raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,))


def flag_of(answer: Insolvency) -> CustomerFlag:
    """The flag that an insolvency sets."""
    return _FLAGS[answer.reason]
