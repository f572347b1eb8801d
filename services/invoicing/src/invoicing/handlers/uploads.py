"""Taking a file in: streamed to the database in pieces, accepted once, whatever is repeated or breaks off."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis import operations
from chassis.db import Database, Tx
from chassis.errors import Fault, InvalidError, ServiceError
from chassis.idempotency import Claim, StoredReply, claim, finish
from chassis.schedules import Work
from invoicing.domain.importing.header import columns_of, delimiter_of
from invoicing.domain.importing.pieces import FileError, Piece, Splitter, decoded
from invoicing.due_work import ABANDONED, IMPORT, schedules
from invoicing.store import creditors, imports

_PATIENCE: Final = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Who sends what: `claim_of` makes the request's identity from the digest of its body."""

    tenant_id: UUID
    principal: str
    claim_of: Callable[[bytes], Claim]
    dry_run: bool
    delimiter: str | None
    mapping: Mapping[str, str]
    encoding: str | None


@dataclass(frozen=True)
class _Received:
    columns: list[str | None]
    delimiter: str
    encoding: str
    rows: int
    pieces: int
    digest: bytes


async def receive(database: Database, upload: Upload, chunks: AsyncIterator[bytes]) -> StoredReply:
    """Keep the file and answer 202 with the operation that reads it. Raises `ConflictError` without a profile and
    `InvalidError` for a file that cannot be read as a whole; then, and when the sender goes away, nothing of it stays.
    """
    import_id = database.ids.new_id()
    async with database.unit_of_work(tenant_id=upload.tenant_id, name="upload") as tx:
        await creditors.load(tx)
        await imports.receive(tx, import_id, dry_run=upload.dry_run, principal=upload.principal)
        await schedules.at(tx, kind=ABANDONED, subject=str(import_id), due_at=tx.now + _PATIENCE)
    try:
        received = await _stream(database, upload, import_id, chunks)
        async with database.unit_of_work(tenant_id=upload.tenant_id, name="upload") as tx:
            return await _accept(tx, upload, import_id, received)
    except (FileError, ServiceError) as error:
        async with database.unit_of_work(tenant_id=upload.tenant_id, name="upload") as tx:
            await _forget(tx, import_id)
        if isinstance(error, ServiceError):
            raise
        fault = Fault("", error.code, error.sentence)
        raise InvalidError("invalid-input", error.sentence, faults=(fault,)) from None


async def _stream(database: Database, upload: Upload, import_id: UUID, chunks: AsyncIterator[bytes]) -> _Received:
    splitter, digest = Splitter(), hashlib.sha256()
    columns: list[str | None] | None = None
    delimiter, rows, pieces = "", 0, 0

    def header() -> tuple[list[str | None], str]:
        if splitter.header is None:
            raise FileError("file.empty", "The file is empty: the first line names the columns.")
        text = decoded(splitter.header, upload.encoding or ("utf-8" if splitter.utf8 else "latin-1"))
        found = upload.delimiter or delimiter_of(text)
        return columns_of(text, found, upload.mapping), found

    async def keep(full: list[Piece]) -> None:
        nonlocal rows, pieces
        if full:
            async with database.unit_of_work(tenant_id=upload.tenant_id, name="upload") as tx:
                await imports.add(tx, import_id, pieces, full)
            pieces += len(full)
            rows += sum(piece.row_count for piece in full)

    async for chunk in chunks:
        digest.update(chunk)
        full = splitter.feed(chunk)
        if columns is None and splitter.header is not None:
            columns, delimiter = header()
        await keep(full)
    full = splitter.finish()
    if columns is None:
        columns, delimiter = header()
    await keep(full)
    if not rows:
        raise FileError("file.no_rows", "The file has a header and no rows.")
    encoding = upload.encoding or ("utf-8" if splitter.utf8 else "latin-1")
    return _Received(columns, delimiter, encoding, rows, pieces, digest.digest())


async def _accept(tx: Tx, upload: Upload, import_id: UUID, received: _Received) -> StoredReply:
    identity = upload.claim_of(received.digest)
    known = await claim(tx, identity)
    if known is not None:
        await _forget(tx, import_id)
        return known
    await imports.accept(
        tx,
        import_id,
        columns=received.columns,
        delimiter=received.delimiter,
        encoding=received.encoding,
        rows=received.rows,
        pieces=received.pieces,
    )
    operation = operations.start(tx, kind="import", total=received.rows)
    operation.id = import_id
    await tx.session.flush()
    await schedules.cancel(tx, kind=ABANDONED, subject=str(import_id))
    await schedules.at(tx, kind=IMPORT, subject=str(import_id), due_at=tx.now)
    return await finish(tx, identity, operations.accepted(operation, now=tx.now))


async def _forget(tx: Tx, import_id: UUID) -> None:
    await imports.forget(tx, import_id, run=True)
    await schedules.cancel(tx, kind=ABANDONED, subject=str(import_id))


async def drop_abandoned(tx: Tx, work: Work) -> None:
    """Forget a file whose sender went away in the middle of it."""
    run = await imports.load(tx, UUID(work.subject), lock=True)
    if run.state == "receiving":
        await imports.forget(tx, run.import_id, run=True)
