"""The one way money takes, by whatever route it came: remember, match, allocate, post, publish.

Everything is done for many receipts at once, with a fixed number of statements: a bank file of a hundred thousand
titles costs no more of them per title than a single Pix.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from brasil.calendar import BankCalendar
from chassis.db import Tx
from chassis.errors import Fault, InvalidError
from contracts.payments import (
    AllocationLine,
    Match,
    MatchSignal,
    PaymentAllocated,
    PaymentReceived,
    ReceiptIds,
    ReceiptSource,
)
from payments import config
from payments.domain import ledger
from payments.domain.allocation import AllocatedLine, Allocation
from payments.domain.books import Books, applied
from payments.domain.incoming import Incoming
from payments.domain.matching import RULE_VERSION, Matched
from payments.domain.settling import Receipt, Settled, facts, settle, spread
from payments.due_work import match_at
from payments.store import books as ledger_store
from payments.store import proposals, receipts, receivables
from payments.store.books import Entry

CALENDAR = BankCalendar()
LOOK_AGAIN = timedelta(minutes=1)
"""When money that nobody is known to be meant by is looked at once more by itself; longer than a transaction lasts."""
Funds = Literal["receipt", "credit"]
ConfirmedBy = Literal["system", "operator", "two_operators"]


@dataclass
class Batch:
    """What a set of receipts makes, gathered until it is written; `books` move on from receipt to receipt."""

    books: dict[UUID, Books]
    payers: Mapping[UUID, str]
    changed: set[UUID] = field(default_factory=set)
    moved: list[Receipt] = field(default_factory=list)
    allocations: list[PaymentAllocated] = field(default_factory=list)
    counted: dict[tuple[UUID, UUID], date] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    proposed: list[tuple[Receipt, Matched]] = field(default_factory=list)


@dataclass(frozen=True)
class Posted:
    """What became of what was told."""

    new: list[Receipt]
    known: list[str]
    linked: dict[str, UUID]


async def post(tx: Tx, told: Sequence[Incoming]) -> Posted:
    """Post what is new of these: a payment told twice, by one side or by two, is one receipt.

    The invoices that are named are locked before anything is looked for: of two sides that tell one payment at the
    same time, the second then sees what the first one wrote.
    """
    await lock_named(tx, told)
    linked = await receipts.told_otherwise(tx, told)
    inserted = await receipts.insert(tx, [one for one in told if one.business_key not in linked])
    settled = await _settle_all(tx, inserted.new)
    batch = settled.batch
    for receipt in inserted.new:
        answer = settled.answers[receipt.receipt_id]
        tx.publish(received(receipt, customer_id=answer.customer_id))
        batch.entries.append(
            Entry(
                kind="received",
                posting=ledger.received(gross_cents=receipt.incoming.gross_cents, fee_cents=receipt.incoming.fee_cents),
                account_id=receipt.incoming.account_id,
                receipt_id=receipt.receipt_id,
            )
        )
        book(tx, batch, receipt, answer, funds="receipt", confirmed_by="system")
    await write(tx, batch)
    # Whoever told of an invoice while this transaction was open could not see the receipt, nor this the invoice.
    unmatched = [one.receipt_id for one in inserted.new if settled.answers[one.receipt_id].allocation is None]
    await match_at(tx, unmatched, tx.now + LOOK_AGAIN)
    return Posted(inserted.new, inserted.known, linked)


async def lock_named(tx: Tx, told: Iterable[Incoming]) -> None:
    """Lock every invoice that one of these names, in one order whoever comes: call it before working in pieces."""
    named: set[tuple[str, str]] = set()
    for one in told:
        named |= {("reference", key) for key in facts(one).references}
        named |= {(kind, value) for kind, value in (("txid", one.txid), ("slip", one.slip_key)) if value is not None}
    await receivables.lock_named(tx, named)


async def match_again(tx: Tx, receipt_ids: Iterable[UUID]) -> None:
    """Climb the ladder again for receipts that waited: they were published as unmatched, so this spends credit."""
    waiting = [one for one in await receipts.load(tx, receipt_ids) if not one.matched and one.unapplied_cents]
    settled = await _settle_all(tx, waiting)
    for receipt in waiting:
        answer = settled.answers[receipt.receipt_id]
        if answer.allocation is not None:
            book(tx, settled.batch, receipt, answer, funds="credit", confirmed_by="system")
        elif answer.matched.proposals:
            settled.batch.proposed.append((receipt, answer.matched))
    await write(tx, settled.batch)


async def allocate_to(
    tx: Tx,
    receipt: Receipt,
    invoice_ids: Sequence[UUID],
    *,
    matched: Matched,
    funds: Funds,
    confirmed_by: ConfirmedBy,
    kept_cents: int = 0,
) -> PaymentAllocated:
    """Give what is unapplied of the receipt to these invoices of one customer, whoever chose them.

    `kept_cents` is credit of the receipt beside that, which stays as it is. Raises `InvalidError` for invoices that are
    not known here or not of one customer.
    """
    held = await receivables.load_books(tx, invoice_ids, lock=True)
    missing = [number for number, one in enumerate(invoice_ids) if one not in held]
    if missing:
        fault = Fault(f"/invoice_ids/{missing[0]}", "invoice.unknown", "no such invoice is known here (yet)")
        raise InvalidError("invoice-unknown", "Name invoices that exist.", faults=(fault,))
    customers = {own.invoice.customer_id for own in held.values()}
    if len(customers) != 1:
        raise InvalidError("invoices-of-several-customers", "Divide the money: one customer's invoices at a time.")
    (customer_id,) = customers
    batch = Batch(held, await receivables.hashes(tx, customers))
    allocation = spread(
        receipt,
        list(held.values()),
        payer_hash=batch.payers.get(customer_id),
        calendar=CALENDAR,
        tolerance_cents=config.settings().payments_tolerance_cents,
    )
    _move_books(batch, allocation)
    answer = Settled(matched=replace(matched, invoice_ids=tuple(held)), allocation=allocation, customer_id=customer_id)
    fact = book(tx, batch, receipt, answer, funds=funds, confirmed_by=confirmed_by)
    batch.moved = [replace(one, unapplied_cents=one.unapplied_cents + kept_cents) for one in batch.moved]
    await write(tx, batch)
    return fact


@dataclass(frozen=True)
class _SettledAll:
    batch: Batch
    answers: dict[UUID, Settled]


async def _settle_all(tx: Tx, waiting: Sequence[Receipt]) -> _SettledAll:
    """Where each receipt's money goes, each after the ones before it."""
    candidates, only_shown = await _candidates(tx, waiting)
    wanted = {invoice_id for found in candidates.values() for invoice_id in found}
    held = await receivables.load_books(tx, wanted, lock=True)
    shown = await receivables.load_books(
        tx, {invoice_id for found in only_shown.values() for invoice_id in found} - wanted, lock=False
    )
    payers = await receivables.hashes(tx, {own.invoice.customer_id for own in (*held.values(), *shown.values())})
    batch = Batch(held, payers)
    tolerance_cents = config.settings().payments_tolerance_cents
    answers: dict[UUID, Settled] = {}
    for number, receipt in enumerate(waiting):
        ids = candidates.get(number, set()) | only_shown.get(number, set())
        own = {key: batch.books.get(key) or shown[key] for key in ids if key in batch.books or key in shown}
        answer = settle(receipt, own, payers=payers, calendar=CALENDAR, tolerance_cents=tolerance_cents)
        answers[receipt.receipt_id] = answer
        if answer.allocation is not None:
            _move_books(batch, answer.allocation)
    return _SettledAll(batch, answers)


async def _candidates(tx: Tx, waiting: Sequence[Receipt]) -> tuple[dict[int, set[UUID]], dict[int, set[UUID]]]:
    """By each receipt's place: invoices that may be meant, and those that only an amount speaks for."""
    named: list[tuple[int, str, str]] = []
    asked = [facts(receipt.incoming) for receipt in waiting]
    for number, receipt in enumerate(waiting):
        if receipt.incoming.txid is not None:
            named.append((number, "txid", receipt.incoming.txid))
        if receipt.incoming.slip_key is not None:
            named.append((number, "slip", receipt.incoming.slip_key))
        named += [(number, "reference", key) for key in sorted(asked[number].references)]
    found = await receivables.find(tx, named)
    paid_by = [(number, one.payer_hash) for number, one in enumerate(asked) if one.payer_hash and number not in found]
    for number, invoice_ids in (await receivables.find_by_payer(tx, paid_by)).items():
        found.setdefault(number, set()).update(invoice_ids)
    left = [(number, receipt.unapplied_cents) for number, receipt in enumerate(waiting) if number not in found]
    return found, await receivables.find_by_amount(tx, left)


def _move_books(batch: Batch, allocation: Allocation) -> None:
    for line in allocation.lines:
        batch.books[line.invoice_id] = applied(
            batch.books[line.invoice_id], line.balance, money_cents=line.money_cents, counted_on=line.counted_on
        )
        batch.changed.add(line.invoice_id)


def book(
    tx: Tx, batch: Batch, receipt: Receipt, answer: Settled, *, funds: Funds, confirmed_by: ConfirmedBy
) -> PaymentAllocated:
    """Note one receipt's answer in the batch and publish it; the books have moved already."""
    allocation, matched = answer.allocation, answer.matched
    rung = matched.rung if allocation is not None else "none"
    fact = PaymentAllocated(
        allocation_id=tx.ids.new_id(),
        receipt_id=receipt.receipt_id,
        customer_id=answer.customer_id,
        funds=funds,
        route=receipt.incoming.route,
        currency="BRL",
        amount_cents=receipt.unapplied_cents,
        matched_invoice_ids=matched.invoice_ids if allocation is not None else (),
        lines=tuple(_line(line) for line in allocation.lines) if allocation is not None else (),
        unapplied_cents=receipt.unapplied_cents if allocation is None else allocation.unapplied_cents,
        outcome="unmatched" if allocation is None else allocation.outcome,
        circumstances=() if allocation is None else allocation.circumstances,
        match=Match(
            rung=rung,
            signals=tuple(MatchSignal(signal=one.signal, weight=one.weight) for one in matched.signals),
            score=matched.score if allocation is not None else 0,
            rule_version=RULE_VERSION,
            confirmed_by=confirmed_by,
        ),
        paid_on=receipt.incoming.paid_on,
        credited_on=receipt.incoming.credited_on,
    )
    tx.publish(fact)
    batch.allocations.append(fact)
    if allocation is None:
        if matched.proposals:
            batch.proposed.append((receipt, matched))
        return fact
    for line in allocation.lines:
        batch.counted[fact.allocation_id, line.invoice_id] = line.counted_on
    principal, interest, fine = (
        sum(getattr(line, name) for line in fact.lines) for name in ("principal_cents", "interest_cents", "fine_cents")
    )
    batch.entries.append(
        Entry(
            kind="allocated",
            posting=ledger.allocated(principal_cents=principal, interest_cents=interest, fine_cents=fine),
            receipt_id=receipt.receipt_id,
            allocation_id=fact.allocation_id,
        )
    )
    batch.moved.append(
        replace(receipt, customer_id=answer.customer_id, matched=True, unapplied_cents=allocation.unapplied_cents)
    )
    return fact


def _line(line: AllocatedLine) -> AllocationLine:
    return AllocationLine(**{name: getattr(line, name) for name in AllocationLine.model_fields})


async def write(tx: Tx, batch: Batch) -> None:
    """Write what the batch gathered."""
    await receivables.save_balances(tx, [batch.books[invoice_id] for invoice_id in batch.changed])
    await receipts.move(tx, batch.moved)
    await ledger_store.save_allocations(tx, batch.allocations, batch.counted)
    await ledger_store.post(tx, batch.entries)
    await proposals.supersede(tx, [receipt.receipt_id for receipt in batch.moved])
    await proposals.add_matches(tx, batch.proposed)


def received(receipt: Receipt, *, customer_id: UUID | None) -> PaymentReceived:
    """The fact that money is here."""
    told = receipt.incoming
    return PaymentReceived(
        receipt_id=receipt.receipt_id,
        customer_id=customer_id,
        route=told.route,
        source=ReceiptSource(
            kind=told.source_kind,
            account_id=told.account_id,
            file_id=told.file_id,
            file_line=told.file_line,
            occurrence=told.occurrence,
        ),
        ids=ReceiptIds(
            end_to_end_id=told.end_to_end_id,
            txid=told.txid,
            bank_code=told.bank_code,
            convenio=told.convenio,
            carteira=told.carteira,
            nosso_numero=told.nosso_numero,
            document_number=told.document_number,
            statement_id=told.statement_id,
            reference=told.reference,
        ),
        currency="BRL",
        gross_cents=told.gross_cents,
        fee_cents=told.fee_cents,
        credited_cents=told.gross_cents - told.fee_cents,
        reported_interest_cents=told.reported_interest_cents,
        reported_fine_cents=told.reported_fine_cents,
        reported_discount_cents=told.reported_discount_cents,
        reported_abatement_cents=told.reported_abatement_cents,
        paid_on=told.paid_on,
        paid_at=told.paid_at,
        credited_on=told.credited_on,
        payer_kind=told.payer_kind,
        payer_tax_id_hash=told.payer_tax_id_hash,
    )
