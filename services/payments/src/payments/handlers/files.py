"""Bank files: judged whole, kept with a report a person can read, and posted once or not at all."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from brasil.bank_files.detect import inspect
from brasil.bank_files.report import report as readable
from brasil.bank_files.result import InspectionResult
from brasil.errors import Problem
from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from payments import config
from payments.domain import ledger
from payments.domain.days import FIRST_DAY, LAST_DAY, countable
from payments.domain.incoming import FileContent, TakenBack, slip_key
from payments.domain.movements import POSTED_FORMATS, FileOf, content_of, owns
from payments.handlers import posting, reversing
from payments.store import accounts, bank_files, freshness, proposals, receipts, reversals
from payments.store import books as ledger_store
from payments.store.accounts import Account
from payments.store.bank_files import Counts, NewFile
from payments.store.books import Entry

SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
CHUNK: Final = 500
"""How many titles of a file are worked on together: memory stays small, and other work gets its turn between."""


@dataclass(frozen=True)
class Read:
    """An uploaded file as it was read, before anything was asked of the database."""

    content: bytes
    digest: bytes
    result: InspectionResult


async def read(content: bytes) -> Read:
    """Inspect the bytes beside the event loop; never raises for what they hold."""
    return Read(content, sha256(content).digest(), await asyncio.to_thread(inspect, content))


async def take(tx: Tx, account_id: UUID, given: Read, *, by: str) -> UUID:
    """Post the file once, or say why not; returns the id under which it and its report are kept.

    Raises `NotFoundError` for an unknown account, `ConflictError` for one that is closed.
    """
    account = await accounts.load(tx, account_id)
    if account is None:
        raise NotFoundError("account-unknown", "There is no such account.")
    if not account.active:
        raise ConflictError("account-closed", "The account is closed: files are posted to open ones.")
    await accounts.one_at_a_time(tx, account_id)
    file_id = tx.ids.new_id()
    same = await bank_files.posted_with(tx, account_id, digest=given.digest)
    if same is not None:
        await _keep(tx, account, file_id, given, given.result, status="duplicate", by=by, duplicate_of=same)
        return file_id
    result = given.result.with_problems(await _objections(tx, account, given.result))
    if not result.accepted:
        await _keep(tx, account, file_id, given, result, status="quarantined", by=by)
        return file_id
    # Receipts name the file, so it is there before them; what it brought is counted afterwards.
    await _keep(tx, account, file_id, given, result, status="posted", by=by)
    content = content_of(
        result,
        FileOf(
            file_id=file_id,
            account_id=account_id,
            convenio=account.convenio,
            carteira=account.carteira,
            conta=account.conta,
            hash_of=config.tax_id_hash,
        ),
    )
    await bank_files.counted(tx, file_id, await _post(tx, account, file_id, content))
    if result.file_date is not None and tx.tenant_id is not None:
        name = freshness.source("bank", tx.tenant_id, account_id)
        # Whatever day a file gives itself, of what is still to come it knows nothing.
        fresh_until = min(covered_until(result.file_date), tx.now)
        await freshness.advance(tx, name, account_id=account_id, fresh_until=fresh_until)
    return file_id


def covered_until(file_date: date) -> datetime:
    """Up to when a file of this date knows all of the bank: the end of the bank day before it, in São Paulo.

    A file is made from a day's closed books on the morning after; of its own day it can know a part at most.
    """
    covered = posting.CALENDAR.previous(file_date)
    return datetime.combine(covered + timedelta(days=1), time(), SAO_PAULO)


async def _objections(tx: Tx, account: Account, result: InspectionResult) -> list[Problem]:
    """What speaks against posting a file that is sound in itself."""
    found = []
    if result.format is not None and result.format not in POSTED_FORMATS:
        found.append(
            Problem(
                code="bank_file.format_not_posted",
                message="Files of this format are read but not posted: ask the bank for CNAB or OFX.",
                found=result.format,
            )
        )
    if result.bank is not None and account.bank_code is not None and result.bank != account.bank_code:
        found.append(
            Problem(
                code="bank_file.other_bank",
                message="The file is another bank's: upload it to that bank's account.",
                field="bank",
                found=result.bank,
                expected=account.bank_code,
            )
        )
    if result.format == "ofx" and not any(owns(account.conta, one.account) for one in result.statements):
        found.append(
            Problem(
                code="bank_file.other_account",
                message="No statement in the file is of this account: upload it to the account it names.",
                field="account",
            )
        )
    if not all(countable(day) for day in _days(result)):
        found.append(
            Problem(
                code="bank_file.day_outside_calendar",
                message="A date in the file lies outside the years of the bank calendar: fetch the file again.",
                expected=f"{FIRST_DAY} to {LAST_DAY}",
            )
        )
    if result.file_sequence is not None and await bank_files.number_taken(tx, account.account_id, result):
        found.append(
            Problem(
                code="bank_file.number_taken",
                message="Another file with this date and number was posted, with other content: ask the bank which "
                "one counts.",
                field="sequence",
                found=str(result.file_sequence),
            )
        )
    return found


def _days(result: InspectionResult) -> Iterator[date | None]:
    """Every day on which something of the file is counted."""
    yield result.file_date
    for movement in result.movements:
        yield from (movement.occurred_on, movement.credit_on)
    for statement in result.statements:
        yield from (transaction.posted_on for transaction in statement.transactions)


async def _keep(
    tx: Tx,
    account: Account,
    file_id: UUID,
    given: Read,
    result: InspectionResult,
    *,
    status: str,
    by: str,
    duplicate_of: UUID | None = None,
) -> None:
    body = result.to_json()
    shown: dict[str, Any] = {key: body[key] for key in body if key != "movements"}
    await bank_files.add(
        tx,
        NewFile(
            file_id=file_id,
            account_id=account.account_id,
            digest=given.digest,
            content=None if duplicate_of else given.content,
            size_bytes=len(given.content),
            status=status,
            duplicate_of=duplicate_of,
            result=result,
            report=shown,
            report_text=readable(result),
            uploaded_by=by,
        ),
    )


async def _post(tx: Tx, account: Account, file_id: UUID, content: FileContent) -> Counts:
    """Everything the file brings, in the caller's one transaction."""
    new = known = linked = received_cents = 0
    # Once for the whole file: pieces that lock in their own order would meet other transactions crosswise.
    await posting.lock_named(tx, content.receipts)
    for start in range(0, len(content.receipts), CHUNK):
        posted = await posting.post(tx, content.receipts[start : start + CHUNK])
        new += len(posted.new)
        known += len(posted.known)
        linked += len(posted.linked)
        received_cents += sum(one.incoming.gross_cents for one in posted.new)
        # Every invoice of the piece is locked by now, and a large file's facts do not all stand in memory.
        await tx.write_facts()
        await asyncio.sleep(0)
    fees = await bank_files.add_fees(tx, content.fees, account_id=account.account_id, file_id=file_id)
    if fees:
        entry = Entry(kind="fee", posting=ledger.charged(fee_cents=fees), account_id=account.account_id)
        await ledger_store.post(tx, [entry])
    reversals, unclear = await _take_back(tx, account, content.taken_back)
    asked = [*content.reviews, *unclear]
    reviews = await proposals.add_reviews(tx, asked, account_id=account.account_id, file_id=file_id)
    return Counts(
        receipts=new,
        already_known=known,
        linked=linked,
        reversals=reversals,
        reviews=reviews,
        received_cents=received_cents,
        fee_cents=fees,
    )


async def _take_back(tx: Tx, account: Account, told: Sequence[TakenBack]) -> tuple[int, list[Any]]:
    """Reverse what the bank took back, where exactly one receipt can be meant; a person looks at the others."""
    done, unclear = 0, []
    for one in told:
        if await reversals.told_before(tx, one.told_as):
            continue
        key = slip_key(account.bank_code or "", one.nosso_numero)
        found = await receipts.of_slip(tx, account_id=account.account_id, slip_key=key, gross_cents=one.amount_cents)
        if len(found) != 1:
            unclear.append(one.as_review())
            continue
        fact = await reversing.take_back(
            tx,
            found[0],
            reversing.Return(
                kind="bank_reversal",
                reason=f"occurrence_{one.code.lower()}",
                amount_cents=one.amount_cents,
                reversed_on=one.occurred_on,
                external_id=one.told_as,
            ),
        )
        done += fact is not None
    return done, unclear
