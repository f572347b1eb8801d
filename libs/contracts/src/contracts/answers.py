"""What a debtor answers, as one closed set of kinds.

The set covers the payer's allegations that a bank return carries (Itaú Cobrança 400, Jul/2021, nota 20, table 6,
occurrence 25) and what debtors write to messages or choose on the portal. `bank_allegation` keeps the bank's code.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import PositiveCents, Record
from contracts.fields import Channel

Means = Literal["pix", "boleto", "card", "transfer", "cash", "cheque", "other"]


class Promise(Record):
    """Will pay on a day; without an amount, all of it."""

    kind: Literal["promise"] = "promise"
    promised_on: date
    amount_cents: PositiveCents | None = None
    means: Means | None = None


class SaysPaid(Record):
    """Says it was paid. `has_proof`: a receipt was handed in and is kept by the service that took the answer."""

    kind: Literal["says_paid"] = "says_paid"
    paid_on: date | None = None
    amount_cents: PositiveCents | None = None
    means: Means | None = None
    has_proof: bool = False


class Dispute(Record):
    """Denies the debt or a part of it."""

    kind: Literal["dispute"] = "dispute"
    reason: Literal[
        "owes_nothing",
        "goods_not_received",
        "goods_late",
        "goods_damaged",
        "goods_incomplete",
        "not_as_ordered",
        "goods_returned",
        "service_not_rendered",
        "order_cancelled",
        "invoice_differs",
        "invoice_cancelled",
        "wrong_amount",
        "wrong_due_date",
        "refuses_charges",
        "agreed_discount",
        "fraud",
        "prescribed",
        "other",
    ]
    disputed_cents: PositiveCents | None = None


class AsksNewDate(Record):
    """Asks for another due date."""

    kind: Literal["asks_new_date"] = "asks_new_date"
    requested_on: date


class AsksWaiver(Record):
    """Asks to be spared interest, fine or both."""

    kind: Literal["asks_waiver"] = "asks_waiver"
    of: Literal["interest", "fine", "interest_and_fine"]


class AsksAgreement(Record):
    """Wants to pay in instalments or with a discount."""

    kind: Literal["asks_agreement"] = "asks_agreement"
    instalments: Annotated[int, Field(ge=1, le=120)] | None = None
    first_on: date | None = None
    instalment_cents: PositiveCents | None = None


class AsksCopy(Record):
    """Did not get, or lost, the invoice or its payment slip."""

    kind: Literal["asks_copy"] = "asks_copy"
    never_received: bool


class WrongPerson(Record):
    """The contact belongs to somebody else: nothing about the debt may go there again."""

    kind: Literal["wrong_person"] = "wrong_person"


class ReasonForNotPaying(Record):
    """Why it is not paid, without promise or dispute."""

    kind: Literal["reason_for_not_paying"] = "reason_for_not_paying"
    reason: Literal[
        "forgot",
        "short_of_cash",
        "waiting_for_income",
        "unemployed",
        "illness",
        "did_not_receive_invoice",
        "moved",
        "payment_problem",
        "approval_pending",
        "other",
    ]
    expected_on: date | None = None


class StopChannel(Record):
    """Do not use this channel any more; without a channel, none at all."""

    kind: Literal["stop_channel"] = "stop_channel"
    channel: Channel | None = None


class AsksPerson(Record):
    """Wants to talk to a person."""

    kind: Literal["asks_person"] = "asks_person"


class Insolvency(Record):
    """Bankruptcy, judicial recovery or death: collection follows another law."""

    kind: Literal["insolvency"] = "insolvency"
    reason: Literal["bankruptcy", "judicial_recovery", "deceased"]
    since: date | None = None


class Acknowledged(Record):
    """Says it was read, or thanks; nothing changes."""

    kind: Literal["acknowledged"] = "acknowledged"


class Unclear(Record):
    """Not understood: a person reads it."""

    kind: Literal["unclear"] = "unclear"


Answer = Annotated[
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
    | Insolvency
    | Acknowledged
    | Unclear,
    Field(discriminator="kind"),
]

AllegationCode = Annotated[str, Field(pattern=r"^\d{4}$")]
