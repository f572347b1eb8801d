"""Issuing: the one way in which invoices come to be, one or thousands at a time."""

from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import InvalidError
from chassis.schedules import Plan
from contracts.fields import Actor
from contracts.invoices import OPEN_STATES, Invoice
from contracts.invoicing import InvoiceIssued
from invoicing import config
from invoicing.domain.issuing import Draft, Identity, Providers
from invoicing.domain.issuing import issue as issued
from invoicing.domain.places import morning
from invoicing.due_work import DUE, REGISTER, schedules
from invoicing.store import charges, creditors, invoices

Reason = Literal["new", "imported", "plan_occurrence", "agreement_instalment", "replaces_cancelled"]


def providers() -> Providers:
    """Who has to confirm a charge before it can be paid."""
    settings = config.settings()
    return Providers(bank=settings.invoicing_bank_url is not None, psp=settings.invoicing_psp_url is not None)


async def issue_all(
    tx: Tx, drafts: Sequence[Draft], *, held: creditors.Held, reason: Reason, principal: str, changed_by: Actor
) -> list[Invoice | InvalidError]:
    """Issue every draft that can be; the answer has, in the drafts' order, the invoice or why there is none.

    External ids must be new. Numbers are taken here, so do everything that may be slow before.
    """
    if not drafts:
        return []
    bank = held.profile.bank
    first = await creditors.take_numbers(tx, bank, len(drafts)) if bank else None
    outcomes: list[Invoice | InvalidError] = []
    for offset, draft in enumerate(drafts):
        new_id = tx.ids.new_id
        ids = Identity(
            invoice_id=new_id(), boleto_id=new_id(), pix_id=new_id(), number=None if first is None else first + offset
        )
        try:
            invoice = issued(draft, profile=held.profile, creditor=held.creditor, ids=ids, providers=providers())
        except InvalidError as error:
            outcomes.append(error)
        else:
            outcomes.append(invoice)
    made = [one for one in outcomes if isinstance(one, Invoice)]
    zones = {draft.payer.customer_id: draft.payer.time_zone for draft in drafts}
    facts = [InvoiceIssued(invoice=one, changed_by=changed_by, reason=reason) for one in made]
    await invoices.insert(tx, facts, zones, principal=principal)
    await watch_days(tx, [(one, zones[one.customer_id]) for one in made])
    await ask_registration(tx, made)
    return outcomes


async def issue_one(
    tx: Tx, draft: Draft, *, held: creditors.Held, reason: Reason, principal: str, changed_by: Actor
) -> Invoice:
    """Issue one draft; raises `InvalidError`."""
    (outcome,) = await issue_all(tx, [draft], held=held, reason=reason, principal=principal, changed_by=changed_by)
    if isinstance(outcome, InvalidError):
        raise outcome
    return outcome


async def watch_days(tx: Tx, held: Iterable[tuple[Invoice, str]]) -> None:
    """Have the due day of open invoices told; the work looks at the invoice again when the day comes."""
    plans = [
        Plan(DUE, str(one.invoice_id), morning(one.payable_on, zone), occurrence=one.payable_on.isoformat())
        for one, zone in held
        if one.state in OPEN_STATES
    ]
    await schedules.at_many(tx, plans)


async def ask_registration(tx: Tx, made: Sequence[Invoice]) -> None:
    """Have bank and PSP register what waits for them, and remove what may not be paid any more."""
    known = providers()
    asked: list[tuple[UUID, UUID, str, str]] = []
    for invoice in made:
        for option in invoice.options:
            if not (known.bank if option.kind == "boleto" else known.psp):
                continue
            wanted = {"requested": "registered", "withdrawn": "removed", "replaced": "removed"}.get(option.status)
            if wanted is not None:
                asked.append((option.option_id, invoice.invoice_id, option.kind, wanted))
    new = await charges.want(tx, asked)
    await schedules.at_many(tx, [Plan(REGISTER, str(option), tx.now, occurrence=wanted) for option, wanted in new])
