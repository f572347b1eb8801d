"""Bank files as they were uploaded, with their reports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from brasil.bank_files.result import InspectionResult
from chassis.bulk import insert_many
from chassis.db import Tx
from payments.domain.incoming import Fee
from payments.store.tables import FeeRow

_ADD = """
insert into bank_file (tenant_id, file_id, account_id, sha256, size_bytes, status, duplicate_of, format, layout,
                       file_date, file_sequence, report, report_text, content, uploaded_at, uploaded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16)
"""
_COUNTED = """
update bank_file set receipts = $2, already_known = $3, linked = $4, reversals = $5, reviews = $6, received_cents = $7,
  fee_cents = $8
where file_id = $1
"""
_SAME = "select file_id from bank_file where account_id = $1 and sha256 = $2 and status = 'posted'"
_NUMBER = """
select exists (select from bank_file where account_id = $1 and layout is not distinct from $2
  and file_date is not distinct from $3 and file_sequence = $4 and status = 'posted')
"""
_COLUMNS = """
file_id, account_id, encode(sha256, 'hex') as sha256, size_bytes, status, duplicate_of, format, layout, file_date,
file_sequence, receipts, already_known, linked, reversals, reviews, received_cents, fee_cents, uploaded_at, uploaded_by
"""
_LOAD = f"""
select {_COLUMNS}, report::text as report, report_text from bank_file where file_id = $1
"""  # noqa: S608 - constant columns
_LIST = f"""
select {_COLUMNS} from bank_file
where ($1::text is null or status = $1) and ($2::uuid is null or account_id = $2)
  and ($3::timestamptz is null or (uploaded_at, file_id) < ($3, $4::uuid))
order by uploaded_at desc, file_id desc limit $5
"""  # noqa: S608 - constant columns


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file to keep."""

    file_id: UUID
    account_id: UUID
    digest: bytes
    content: bytes | None
    size_bytes: int
    status: str
    duplicate_of: UUID | None
    result: InspectionResult
    report: dict[str, Any]
    report_text: str
    uploaded_by: str


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a posted file brought."""

    receipts: int
    already_known: int
    linked: int
    reversals: int
    reviews: int
    received_cents: int
    fee_cents: int


async def add(tx: Tx, new: NewFile) -> None:
    """Keep a file and what was found in it."""
    await (await tx.connection()).execute(
        _ADD,
        tx.tenant_id,
        new.file_id,
        new.account_id,
        new.digest,
        new.size_bytes,
        new.status,
        new.duplicate_of,
        new.result.format,
        new.result.layout,
        new.result.file_date,
        new.result.file_sequence,
        json.dumps(new.report),
        new.report_text,
        new.content,
        tx.now,
        new.uploaded_by,
    )


async def add_fees(tx: Tx, fees: Sequence[Fee], *, account_id: UUID, file_id: UUID) -> int:
    """Keep what the bank charged, each charge once in whatever file it comes again; returns the new ones' sum."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "business_key": fee.business_key,
            "account_id": account_id,
            "file_id": file_id,
            "file_line": fee.line,
            "amount_cents": fee.amount_cents,
        }
        for fee in fees
    ]
    fresh = await insert_many(
        tx, FeeRow, rows, on_conflict="(tenant_id, business_key) do nothing", returning="amount_cents"
    )
    return sum(row["amount_cents"] for row in fresh)


async def counted(tx: Tx, file_id: UUID, counts: Counts) -> None:
    """Write down what a file brought."""
    await (await tx.connection()).execute(
        _COUNTED,
        file_id,
        counts.receipts,
        counts.already_known,
        counts.linked,
        counts.reversals,
        counts.reviews,
        counts.received_cents,
        counts.fee_cents,
    )


async def posted_with(tx: Tx, account_id: UUID, *, digest: bytes) -> UUID | None:
    """The posted file of the account with exactly this content, if any."""
    found: UUID | None = await (await tx.connection()).fetchval(_SAME, account_id, digest)
    return found


async def number_taken(tx: Tx, account_id: UUID, result: InspectionResult) -> bool:
    """Whether a posted file of the account has this layout, date and number."""
    connection = await tx.connection()
    return bool(await connection.fetchval(_NUMBER, account_id, result.layout, result.file_date, result.file_sequence))


async def load(tx: Tx, file_id: UUID) -> Any:
    """One file with its report, or None."""
    return await (await tx.connection()).fetchrow(_LOAD, file_id)


async def listed(
    tx: Tx, *, status: str | None, account_id: UUID | None, after: Sequence[Any] | None, limit: int
) -> list[Any]:
    """Files, the newest first, without their reports."""
    uploaded_at, file_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_LIST, status, account_id, uploaded_at, file_id, limit))
