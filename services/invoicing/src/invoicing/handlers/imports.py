"""Reading an import, a piece a transaction: what is committed is done, and a killed process goes on behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis import operations
from chassis.db import Tx
from chassis.errors import InvalidError
from chassis.schedules import Work
from contracts.customers import Customer
from contracts.invoices import Invoice
from contracts.invoicing import CustomerRegistered
from invoicing import config
from invoicing.domain.customers import register, tax_id_hash
from invoicing.domain.importing.cells import RowFault
from invoicing.domain.importing.pieces import decoded
from invoicing.domain.importing.rows import Refused, Row, customer_of, drafts_of, faults_of, read
from invoicing.domain.issuing import Draft, checked
from invoicing.domain.places import Payer, today
from invoicing.due_work import IMPORT, schedules
from invoicing.handlers.issue import issue_all
from invoicing.store import creditors, customers, imports, invoices
from invoicing.store.imports import Run


@dataclass
class _Piece:
    """What becomes of the rows of a piece."""

    rows: int = 0
    unchanged: int = 0
    new_customers: int = 0
    good: list[Row] = field(default_factory=list)
    drafts: list[tuple[Row, Draft]] = field(default_factory=list)
    refused: dict[int, list[RowFault]] = field(default_factory=dict)

    def refuse(self, line: int, faults: Sequence[RowFault]) -> None:
        self.refused.setdefault(line, []).extend(faults)


async def read_piece(tx: Tx, work: Work) -> None:
    """Read the next piece of an import and put the one after it into the queue."""
    run = await imports.load(tx, UUID(work.subject), lock=True)
    if run.state == "finished":
        return
    held = await creditors.load(tx)
    piece = await _rows(tx, run)
    payers = await _payers(tx, run, piece, uf=held.profile.address.uf)
    _draft(tx, piece, payers, held)
    issued = await _issue(tx, run, piece, held)
    finished = run.next_piece + 1 >= run.pieces
    counts = {
        "rows": piece.rows,
        "issued": issued,
        "unchanged": piece.unchanged,
        "refused": len(piece.refused),
        "customers": piece.new_customers,
    }
    await imports.add_errors(
        tx,
        run.import_id,
        [(line, at, fault) for line, faults in piece.refused.items() for at, fault in enumerate(faults)],
    )
    await imports.piece_done(tx, run, counts, finished=finished)
    await operations.advance(tx, run.import_id, done=piece.rows)
    if finished:
        await _finish(tx, run)
    else:
        await schedules.at(tx, kind=IMPORT, subject=work.subject, due_at=tx.now)


async def _rows(tx: Tx, run: Run) -> _Piece:
    """The rows that can be read and are neither twice in the file nor issued before."""
    stored = await imports.piece(tx, run.import_id, run.next_piece)
    text = decoded(stored.content, run.encoding)
    piece, readable = _Piece(), []
    lines: dict[str, int] = {}
    for row in read(text, stored.first_line, [name or None for name in run.columns], run.delimiter):
        piece.rows += 1
        if isinstance(row, Refused):
            piece.refuse(row.line, row.faults)
        elif row.external_id in lines:
            piece.refuse(row.line, [_twice(lines[row.external_id])])
        else:
            lines[row.external_id] = row.line
            readable.append(row)
    before = await imports.claim_keys(tx, run.import_id, lines)
    known = await invoices.existing(tx, [name for row in readable for name in row.external_ids])
    for row in readable:
        if row.external_id in before:
            piece.refuse(row.line, [_twice(before[row.external_id])])
        elif any(name in known for name in row.external_ids):
            piece.unchanged += 1
        else:
            piece.good.append(row)
    return piece


def _twice(line: int) -> RowFault:
    remedy = f"The file has this external id in line {line} already: every row needs its own."
    return RowFault("external_id", "repeated", "external_id.twice", remedy)


async def _payers(tx: Tx, run: Run, piece: _Piece, *, uf: str) -> dict[int, Payer]:
    """The payer of each good row by its line; payers that are not known are registered, each once."""
    key = config.tax_id_key()
    hashes = {row.tax_id: tax_id_hash(key, row.tax_id) for row in piece.good}
    external_ids = list({row.customer_external_id for row in piece.good})
    known = await customers.directory(tx, external_ids=external_ids, hashes=list(hashes.values()))
    payers: dict[int, Payer] = {}
    new: dict[UUID, Customer] = {}
    for row in piece.good:
        hashed = hashes[row.tax_id]
        payer = known.by_external_id.get(row.customer_external_id)
        if payer is not None and known.hash_of[payer.customer_id] != hashed:
            remedy = "The customer with this external id has another tax id: correct one of them."
            piece.refuse(row.line, [RowFault("customer_tax_id", "digits", "customer.tax_id_differs", remedy)])
            continue
        payer = payer or known.by_hash.get(hashed)
        if payer is None:
            made = _registered(tx, row, piece, uf=uf)
            if made is None:
                continue
            new[made.customer_id] = made
            payer = Payer(made.customer_id, made.uf, made.city_code, made.time_zone)
            known.add(payer, made.external_id, hashed)
        payers[row.line] = payer
    if run.dry_run:
        names = [customer.external_id for customer in new.values()]
        piece.new_customers = await imports.claim_payers(tx, run.import_id, names)
        return payers
    piece.new_customers = len(new)
    await customers.insert(tx, list(new.values()), {one: known.hash_of[one] for one in new})
    for customer in new.values():
        tx.publish(CustomerRegistered(customer=customer, changed_by="integration"))
    return payers


def _registered(tx: Tx, row: Row, piece: _Piece, *, uf: str) -> Customer | None:
    given, faults = customer_of(row, uf=uf)
    if given is not None and not faults:
        try:
            return register(given, customer_id=tx.ids.new_id(), new_id=tx.ids.new_id)
        except InvalidError as error:
            faults = faults_of(row, error)
    piece.refuse(row.line, faults)
    return None


def _draft(tx: Tx, piece: _Piece, payers: dict[int, Payer], held: creditors.Held) -> None:
    """The drafts of the rows that can be issued whole."""
    for row in piece.good:
        payer = payers.get(row.line)
        if payer is None:
            continue
        day = today(tx.now, payer.time_zone)
        try:
            drafts = drafts_of(row, payer, standard=held.profile.terms, today=day)
            for draft in drafts:
                checked(draft, held.profile)
        except InvalidError as error:
            piece.refuse(row.line, faults_of(row, error))
        else:
            piece.drafts += [(row, draft) for draft in drafts]


async def _issue(tx: Tx, run: Run, piece: _Piece, held: creditors.Held) -> int:
    """How many invoices were issued; a trial run issues none and says how many would be."""
    if run.dry_run:
        return len(piece.drafts)
    outcomes = await issue_all(
        tx,
        [draft for _, draft in piece.drafts],
        held=held,
        reason="imported",
        principal=run.principal,
        changed_by="integration",
    )
    for (row, _), outcome in zip(piece.drafts, outcomes, strict=True):
        if isinstance(outcome, InvalidError):
            piece.refuse(row.line, faults_of(row, outcome))
    return sum(isinstance(outcome, Invoice) for outcome in outcomes)


async def _finish(tx: Tx, run: Run) -> None:
    done = await imports.load(tx, run.import_id)
    await imports.forget(tx, run.import_id, run=False)
    result = {
        "rows": done.rows_done,
        "issued": done.issued,
        "unchanged": done.unchanged,
        "refused": done.refused,
        "customers": done.customers,
        "dry_run": done.dry_run,
    }
    await operations.succeed(tx, run.import_id, result)
