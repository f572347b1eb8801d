"""The neutral title movement: what one record of a bank file says happened to one receivable, whatever the bank."""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class MovementKind(StrEnum):
    """What a movement does to a receivable. Only the two settled kinds bring money in."""

    ENTRY_CONFIRMED = "entry_confirmed"
    SETTLED = "settled"
    SETTLED_UNREGISTERED = "settled_unregistered"
    WRITTEN_OFF = "written_off"
    REJECTED = "rejected"
    FEE = "fee"
    OTHER = "other"


SETTLED_KINDS = frozenset({MovementKind.SETTLED, MovementKind.SETTLED_UNREGISTERED})


class Reason(NamedTuple):
    """A reason (motivo) the bank gives beside the movement code; `description` is None for a code no table knows."""

    code: str
    description: str | None


class PixCharge(NamedTuple):
    """The Pix charge tied to a title: `txid`, and `location`, the payload URL or the copy-and-paste code."""

    txid: str | None
    location: str | None


class TitleMovement(NamedTuple):
    """One movement of one title. Amounts are integer cents, dates are plain dates, None means "the file does not say".

    `paid_cents` is what the payer paid (gross); `credited_cents` what reached the account. For a settled movement
    `needs_review` means that the amounts contradict the code: it must never be posted without a person.
    `reverses_payment` marks a code that takes back an earlier payment. `partial` marks a settlement in part.
    """

    line: int
    our_number: str | None
    document_number: str | None
    your_number: str | None
    kind: MovementKind
    code: str
    description: str | None
    reasons: tuple[Reason, ...]
    occurred_on: date | None
    credit_on: date | None
    due_on: date | None
    face_cents: int | None
    paid_cents: int | None
    credited_cents: int | None
    interest_cents: int | None
    fine_cents: int | None
    discount_cents: int | None
    abatement_cents: int | None
    fee_cents: int | None
    payer_name: str | None
    pix: PixCharge | None
    needs_review: bool
    partial: bool
    reverses_payment: bool

    @property
    def settles(self) -> bool:
        """True when the movement brings money in and no contradiction asks for a person first."""
        return self.kind in SETTLED_KINDS and not self.needs_review

    def to_json(self) -> dict[str, Any]:
        """The movement as JSON-ready values: ISO dates, null for unknown.

        A payment in part and a reversal show in the code, its description and its reasons.
        """
        body = self._asdict()
        del body["partial"], body["reverses_payment"]
        body["kind"] = self.kind.value
        body["reasons"] = [reason._asdict() for reason in self.reasons]
        for name in ("occurred_on", "credit_on", "due_on"):
            body[name] = body[name].isoformat() if body[name] else None
        body["pix"] = self.pix._asdict() if self.pix else None
        return body
