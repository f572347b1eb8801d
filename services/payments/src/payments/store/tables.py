"""The tables that are written set by set, as `chassis.bulk` needs them; `migrations/` makes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _key(kind: Any = None) -> Any:
    return Field(primary_key=True) if kind is None else Field(primary_key=True, sa_type=kind)


def _text() -> Any:
    return Field(sa_type=Text)


def _cents() -> Any:
    return Field(sa_type=BigInteger)


def _instant() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _json() -> Any:
    return Field(sa_type=JSONB)


class ReceivableRow(SQLModel, table=True):
    """An invoice's newest snapshot and its books."""

    __tablename__ = "receivable"

    tenant_id: UUID = _key()
    invoice_id: UUID = _key()
    customer_id: UUID
    version: int
    snapshot: dict[str, Any] = _json()
    due_on: date
    amount_cents: int = _cents()
    principal_paid_cents: int = _cents()
    interest_paid_cents: int = _cents()
    fine_paid_cents: int = _cents()
    discount_granted_cents: int = _cents()
    abatement_granted_cents: int = _cents()
    relieved_cents: int = _cents()
    open_cents: int = _cents()
    state: str = _text()


class ReceiptRow(SQLModel, table=True):
    """Money that came."""

    __tablename__ = "receipt"

    tenant_id: UUID = _key()
    receipt_id: UUID = _key()
    business_key: str = _text()
    account_id: UUID
    route: str = _text()
    source_kind: str = _text()
    file_id: UUID | None
    file_line: int | None
    occurrence: str | None = _text()
    gross_cents: int = _cents()
    fee_cents: int = _cents()
    reported_interest_cents: int | None = _cents()
    reported_fine_cents: int | None = _cents()
    reported_discount_cents: int | None = _cents()
    reported_abatement_cents: int | None = _cents()
    paid_on: date
    paid_at: datetime | None = _instant()
    credited_on: date | None
    end_to_end_id: str | None = _text()
    txid: str | None = _text()
    bank_code: str | None = _text()
    nosso_numero: str | None = _text()
    slip_key: str | None = _text()
    convenio: str | None = _text()
    carteira: str | None = _text()
    document_number: str | None = _text()
    statement_id: str | None = _text()
    reference: str | None = _text()
    paid_by_pix: bool
    payer_kind: str | None = _text()
    payer_tax_id_hash: str | None = _text()
    customer_id: UUID | None
    matched: bool
    unapplied_cents: int = _cents()
    received_at: datetime = _instant()


class AllocationRow(SQLModel, table=True):
    """One decision about a receipt's money."""

    __tablename__ = "allocation"

    tenant_id: UUID = _key()
    allocation_id: UUID = _key()
    receipt_id: UUID
    customer_id: UUID | None
    funds: str = _text()
    amount_cents: int = _cents()
    unapplied_cents: int = _cents()
    outcome: str = _text()
    circumstances: list[str] = _json()
    matched_invoice_ids: list[str] = _json()
    match: dict[str, Any] = _json()
    paid_on: date
    allocated_at: datetime = _instant()


class AllocationLineRow(SQLModel, table=True):
    """What an invoice got of it."""

    __tablename__ = "allocation_line"

    tenant_id: UUID = _key()
    allocation_id: UUID = _key()
    invoice_id: UUID = _key()
    receipt_id: UUID
    money_cents: int = _cents()
    principal_cents: int = _cents()
    interest_cents: int = _cents()
    fine_cents: int = _cents()
    discount_cents: int = _cents()
    abatement_cents: int = _cents()
    counted_on: date


class LedgerEntryRow(SQLModel, table=True):
    """One line of a posting."""

    __tablename__ = "ledger_entry"

    tenant_id: UUID = _key()
    posting_id: UUID = _key()
    line: int = _key()
    kind: str = _text()
    account: str = _text()
    amount_cents: int = _cents()
    account_id: UUID | None
    receipt_id: UUID | None
    allocation_id: UUID | None
    reversal_id: UUID | None
    posted_at: datetime = _instant()


class FeeRow(SQLModel, table=True):
    """What the bank charged on its own."""

    __tablename__ = "fee"

    tenant_id: UUID = _key()
    business_key: str = _key(Text)
    account_id: UUID
    file_id: UUID
    file_line: int
    amount_cents: int = _cents()


class ProposalRow(SQLModel, table=True):
    """A question to a person."""

    __tablename__ = "proposal"

    tenant_id: UUID = _key()
    proposal_id: UUID = _key()
    kind: str = _text()
    receipt_id: UUID | None
    business_key: str | None = _text()
    account_id: UUID
    file_id: UUID | None
    file_line: int | None
    amount_cents: int | None = _cents()
    candidates: list[Any] = _json()
    details: dict[str, Any] = _json()
    state: str = _text()
    created_at: datetime = _instant()
