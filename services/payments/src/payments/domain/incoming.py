"""Money as the outside tells of it, in one form for every route, under a key that makes each repeat a no-op."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from contracts.payments import Route
from payments.domain.matching import ReceiptFacts, Slip

SourceKind = Literal["pix_webhook", "pix_poll", "cnab240", "cnab400", "cnab150", "ofx", "manual"]

_NOSSO_NUMERO = re.compile(r"[0-9A-Z]{1,20}")


def slip_number(text: str) -> str:
    """A nosso número as it is compared: banks and their files differ in leading zeros and letters' case."""
    return text.strip().upper().lstrip("0") or "0"


def slip_key(bank_code: str, nosso_numero: str) -> str:
    """Under what a slip is looked up."""
    return f"{bank_code}:{slip_number(nosso_numero)}"


def reference_key(text: str) -> str:
    """A reference as it is compared: without blanks around, case and leading zeros."""
    return text.strip().upper().lstrip("0")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One receipt before it is posted. `business_key` is the same however often and by whom it is told.

    `fee_cents` is what the bank withheld of the gross amount. `paid_by_pix`: a slip's movement that says that the
    payer used the Pix of the slip. `reported_*` are the source's own words, None where it says nothing.
    """

    business_key: str
    route: Route
    source_kind: SourceKind
    account_id: UUID
    gross_cents: int
    paid_on: date
    fee_cents: int = 0
    paid_at: datetime | None = None
    credited_on: date | None = None
    file_id: UUID | None = None
    file_line: int | None = None
    occurrence: str | None = None
    end_to_end_id: str | None = None
    txid: str | None = None
    bank_code: str | None = None
    nosso_numero: str | None = None
    convenio: str | None = None
    carteira: str | None = None
    document_number: str | None = None
    statement_id: str | None = None
    reference: str | None = None
    reported_interest_cents: int | None = None
    reported_fine_cents: int | None = None
    reported_discount_cents: int | None = None
    reported_abatement_cents: int | None = None
    payer_kind: Literal["person", "company"] | None = None
    payer_tax_id_hash: str | None = None
    paid_by_pix: bool = False

    @property
    def slip_key(self) -> str | None:
        """Under what its slip is looked up, if it names one."""
        if self.bank_code is None or self.nosso_numero is None:
            return None
        return slip_key(self.bank_code, self.nosso_numero)


@dataclass(frozen=True)
class Fee:
    """What the bank charged on its own, in cents, and did not withhold from a receipt."""

    business_key: str
    line: int
    amount_cents: int


@dataclass(frozen=True)
class Review:
    """A movement that a person has to look at, and why; without `line` it stood in no file."""

    business_key: str
    line: int | None
    reason: str
    code: str
    description: str | None
    nosso_numero: str | None
    document_number: str | None
    occurred_on: date | None
    paid_cents: int | None


@dataclass(frozen=True)
class TakenBack:
    """The bank takes back an earlier payment of a slip."""

    business_key: str
    line: int
    nosso_numero: str
    code: str
    description: str | None
    document_number: str | None
    occurred_on: date
    amount_cents: int

    @property
    def told_as(self) -> str:
        """The id under which it is followed once, in whatever file of the account it comes again."""
        return sha256(self.business_key.encode()).hexdigest()

    def as_review(self) -> Review:
        """The same for a person, where it is not clear which receipt is meant."""
        return Review(
            self.business_key,
            self.line,
            "reverses_payment",
            self.code,
            self.description,
            self.nosso_numero,
            self.document_number,
            self.occurred_on,
            self.amount_cents,
        )


@dataclass(frozen=True)
class FileContent:
    """What a bank file brings."""

    receipts: list[Incoming] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)


def usable_nosso_numero(text: str | None) -> str | None:
    """The nosso número in the form of the contract, or None."""
    if text is None:
        return None
    kept = re.sub(r"[^0-9A-Z]", "", text.upper())
    return kept if _NOSSO_NUMERO.fullmatch(kept) else None


def facts_of(
    *,
    gross_cents: int,
    paid_on: date,
    txid: str | None,
    bank_code: str | None,
    nosso_numero: str | None,
    convenio: str | None,
    carteira: str | None,
    references: tuple[str | None, ...],
    payer_hash: str | None,
) -> ReceiptFacts:
    """What the matching ladder asks of a receipt."""
    slip = None
    if bank_code is not None and nosso_numero is not None:
        slip = Slip(bank_code=bank_code, nosso_numero=slip_number(nosso_numero), convenio=convenio, carteira=carteira)
    return ReceiptFacts(
        gross_cents=gross_cents,
        paid_on=paid_on,
        txid=txid,
        slip=slip,
        references=frozenset(key for text in references if text and (key := reference_key(text))),
        payer_hash=payer_hash,
    )
