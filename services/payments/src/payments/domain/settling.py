"""One receipt's way from money to invoices: who it was meant for, and how it is spread over their debts.

Pure: the books go in, the answer comes out, and the caller carries the changed books on to the next receipt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from brasil.calendar import BankCalendar
from chassis.debt import debt_on
from contracts.invoices import Boleto, Invoice, PixCharge
from payments.domain.allocation import Allocation, allocate
from payments.domain.books import Books
from payments.domain.incoming import Incoming, facts_of, reference_key, slip_key, slip_number
from payments.domain.matching import Candidate, Matched, Proposal, ReceiptFacts, Slip, match


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Money that came, as it stands: what of it no invoice took, and whose it is, once that is known."""

    receipt_id: UUID
    incoming: Incoming
    unapplied_cents: int
    returned_cents: int = 0
    customer_id: UUID | None = None
    matched: bool = False


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Where a receipt's money goes. Without `allocation` nobody is known to be meant."""

    matched: Matched
    allocation: Allocation | None = None
    customer_id: UUID | None = None


def facts(incoming: Incoming) -> ReceiptFacts:
    """What the ladder asks of the receipt."""
    return facts_of(
        gross_cents=incoming.gross_cents,
        paid_on=incoming.paid_on,
        txid=incoming.txid,
        bank_code=incoming.bank_code,
        nosso_numero=incoming.nosso_numero,
        convenio=incoming.convenio,
        carteira=incoming.carteira,
        references=(incoming.document_number, incoming.reference),
        payer_hash=incoming.payer_tax_id_hash,
    )


def identifiers_of(invoice: Invoice) -> set[tuple[str, str]]:
    """Everything under which money for the invoice may be reported, replaced slips and charges included."""
    found: set[tuple[str, str]] = set()
    for option in invoice.options:
        if isinstance(option, PixCharge):
            found.add(("txid", option.txid))
        else:
            found.add(("slip", slip_key(option.bank_code, option.nosso_numero)))
    found |= {("reference", key) for key in _references(invoice)}
    return found


def _references(invoice: Invoice) -> frozenset[str]:
    """An instalment's document number names it only with its number, unless it is the only one."""
    own = {invoice.external_id}
    if invoice.instalment.count == 1:
        own.add(invoice.document_number)
    else:
        own.add(f"{invoice.document_number}/{invoice.instalment.number}")
    return frozenset(key for text in own if (key := reference_key(text)))


def candidate_of(books: Books, *, paid_on: date, payer_hash: str | None, calendar: BankCalendar) -> Candidate:
    """The invoice as the ladder sees it."""
    invoice = books.invoice
    owed_cents = 0
    if books.is_open:
        on = max([paid_on, *(payment.on for payment in books.paid)])
        owed_cents = debt_on(invoice, on=on, calendar=calendar, paid=books.paid).total_cents
    return Candidate(
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        is_open=books.is_open,
        due_on=invoice.due_on,
        owed_cents=owed_cents,
        txids=frozenset(option.txid for option in invoice.options if isinstance(option, PixCharge)),
        slips=tuple(_slip(option) for option in invoice.options if isinstance(option, Boleto)),
        references=_references(invoice),
        payer_hash=payer_hash,
    )


def _slip(option: Boleto) -> Slip:
    return Slip(
        bank_code=option.bank_code,
        nosso_numero=slip_number(option.nosso_numero),
        convenio=option.convenio,
        carteira=option.carteira,
    )


def settle(
    receipt: Receipt,
    books: Mapping[UUID, Books],
    *,
    payers: Mapping[UUID, str],
    calendar: BankCalendar,
    tolerance_cents: int,
) -> Settled:
    """Climb the ladder over these books (the candidates) and spread the money over the invoices it was meant for."""
    incoming = receipt.incoming
    candidates = [
        candidate_of(own, paid_on=incoming.paid_on, payer_hash=payers.get(own.invoice.customer_id), calendar=calendar)
        for own in books.values()
    ]
    asked = facts(incoming)
    found = match(receipt=asked, candidates=candidates, tolerance_cents=tolerance_cents)
    customers = {books[invoice_id].invoice.customer_id for invoice_id in found.invoice_ids}
    if not customers:
        return Settled(matched=found)
    if len(customers) != 1:
        # One payer's money for two customers' invoices is for a person to divide.
        meant = [Proposal(invoice_id=one, score=found.score, signals=found.signals) for one in found.invoice_ids]
        return Settled(matched=Matched(rung="proposal", proposals=tuple(meant)))
    (customer_id,) = customers
    allocation = spread(
        receipt,
        [books[invoice_id] for invoice_id in found.invoice_ids],
        payer_hash=payers.get(customer_id),
        calendar=calendar,
        tolerance_cents=tolerance_cents,
    )
    return Settled(matched=found, allocation=allocation, customer_id=customer_id)


def spread(
    receipt: Receipt,
    targets: Sequence[Books],
    *,
    payer_hash: str | None,
    calendar: BankCalendar,
    tolerance_cents: int,
) -> Allocation:
    """Spread what is unapplied of the receipt over these invoices."""
    incoming = receipt.incoming
    other = incoming.payer_tax_id_hash is not None and payer_hash is not None
    made = allocate(
        amount_cents=receipt.unapplied_cents,
        paid_on=incoming.paid_on,
        targets=[own.target for own in targets],
        calendar=calendar,
        tolerance_cents=tolerance_cents,
        other_payer=other and incoming.payer_tax_id_hash != payer_hash,
    )
    if not _by_replaced_option(incoming, [own.invoice for own in targets]):
        return made
    return Allocation(
        lines=made.lines,
        unapplied_cents=made.unapplied_cents,
        outcome=made.outcome,
        circumstances=(*made.circumstances, "replaced_slip"),
    )


def _by_replaced_option(incoming: Incoming, invoices: Iterable[Invoice]) -> bool:
    """Whether the payer used a slip or charge that another one had taken the place of."""
    for invoice in invoices:
        for option in invoice.options:
            if option.status != "replaced":
                continue
            if isinstance(option, PixCharge):
                used = option.txid == incoming.txid
            else:
                used = incoming.slip_key == slip_key(option.bank_code, option.nosso_numero)
            if used:
                return True
    return False
