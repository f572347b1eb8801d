"""Registering what may be paid, and taking back what may not: due work of its own, so that no invoice waits for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from brasil.errors import BrasilError
from brasil.pix import br_code
from chassis.db import Tx
from chassis.schedules import Plan, Work
from chassis.settings_source import revealed
from contracts.customers import Customer
from contracts.invoices import OPEN_STATES, Boleto, Invoice, PixCharge
from contracts.invoicing import InvoiceAmended, InvoiceEvent
from invoicing import config
from invoicing.domain.registering import bank_document, cobv_document
from invoicing.domain.transitions import next_version
from invoicing.due_work import REGISTER, schedules
from invoicing.outside.bank import Bank
from invoicing.outside.clients import client
from invoicing.outside.outcomes import Outcome
from invoicing.outside.psp import Psp
from invoicing.store import charges, creditors, customers, invoices
from invoicing.store.charges import Registration

_AT_ONCE: Final = 16
_TURN_SECONDS: Final = 10.0
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_AWAY = Outcome("unknown", "not_reached")
_LOST = Outcome("unknown", "timeout")


@dataclass(frozen=True)
class _Providers:
    bank: Bank | None
    psp: Psp | None
    pix_key: str
    payable_days_after_due: int


@dataclass(frozen=True)
class _Case:
    registration: Registration
    invoice: Invoice
    option: Boleto | PixCharge
    customer: Customer


async def register_charges(tx: Tx, works: Sequence[Work]) -> None:
    """Ask bank and PSP, several at a time, for a few seconds at most; what is still open is asked again later.

    While they are asked no row is locked, so that nobody waits for a slow bank; an option is in one hand only.
    """
    asked = [UUID(work.subject) for work in works]
    mine = await charges.claim(tx, asked)
    open_ones = [one for one in await charges.load(tx, mine) if one.known not in {one.wanted, "refused"}]
    cases = await _cases(tx, open_ones)
    outcomes: dict[UUID, Outcome] = {one.registration.option_id: _AWAY for one in cases}
    if cases:
        async with _providers(tx) as providers:
            await _ask_all(cases, providers, outcomes)
    taken = [option for option in asked if option not in mine]
    await schedules.at_many(tx, [_again(option, "taken", tx, attempts=0) for option in taken])
    await _keep(tx, cases, outcomes)


async def _cases(tx: Tx, open_ones: Sequence[Registration]) -> list[_Case]:
    found = await invoices.load_many(tx, [one.invoice_id for one in open_ones])
    people = await customers.load_many(tx, [one.invoice.customer_id for one in found.values()])
    cases = []
    for one in open_ones:
        invoice = found[one.invoice_id].invoice
        option = next((way for way in invoice.options if way.option_id == one.option_id), None)
        if option is not None:
            cases.append(_Case(one, invoice, option, people[invoice.customer_id]))
    return cases


@asynccontextmanager
async def _providers(tx: Tx) -> AsyncIterator[_Providers]:
    settings = config.settings()
    profile = (await creditors.load(tx)).profile
    timeout = settings.invoicing_provider_timeout_seconds
    async with (
        client(
            settings.invoicing_bank_url or "",
            timeout_seconds=timeout,
            token=revealed(settings.invoicing_bank_token),
            ca_file=settings.invoicing_bank_tls_ca_file,
            cert_file=settings.invoicing_bank_tls_cert_file,
            key_file=settings.invoicing_bank_tls_key_file,
        ) as bank,
        client(
            settings.invoicing_psp_url or "",
            timeout_seconds=timeout,
            ca_file=settings.invoicing_psp_tls_ca_file,
            cert_file=settings.invoicing_psp_tls_cert_file,
            key_file=settings.invoicing_psp_tls_key_file,
        ) as psp,
    ):
        secret = revealed(settings.invoicing_psp_client_secret)
        yield _Providers(
            bank=Bank(bank) if settings.invoicing_bank_url else None,
            psp=Psp(psp, client_id=settings.invoicing_psp_client_id, client_secret=secret)
            if settings.invoicing_psp_url
            else None,
            pix_key=profile.pix.key if profile.pix else "",
            payable_days_after_due=profile.bank.payable_days_after_due if profile.bank else 0,
        )


async def _ask_all(cases: Sequence[_Case], providers: _Providers, outcomes: dict[UUID, Outcome]) -> None:
    """Ask until the turn's time is over, or a provider is away: then its other charges are not tried now."""
    room = asyncio.Semaphore(_AT_ONCE)
    away: set[str] = set()

    async def ask(case: _Case) -> None:
        async with room:
            kind = case.registration.kind
            if kind in away:
                return
            outcomes[case.registration.option_id] = _LOST
            outcome = await _ask(case, providers)
            outcomes[case.registration.option_id] = outcome
            if outcome.failure in {"timeout", "unreachable"}:
                away.add(kind)

    try:
        async with asyncio.timeout(_TURN_SECONDS), asyncio.TaskGroup() as group:
            for case in cases:
                group.create_task(ask(case))
    except TimeoutError:
        return


async def _ask(case: _Case, providers: _Providers) -> Outcome:
    option, asked_before = case.option, case.registration.attempts > 0
    try:
        if isinstance(option, Boleto):
            if providers.bank is None:
                return Outcome("unknown", "not_configured")
            if case.registration.wanted == "removed":
                return await providers.bank.remove(option)
            person = case.customer.readable
            if person is None:
                return Outcome("refused", "customer_erased")
            where = case.customer
            body = bank_document(
                case.invoice,
                option,
                person,
                uf=where.uf,
                city_code=where.city_code,
                payable_days_after_due=providers.payable_days_after_due,
            )
            return await providers.bank.register(option, body, asked_before=asked_before)
        return await _ask_psp(case, option, providers, asked_before=asked_before)
    except BrasilError as error:
        return Outcome("refused", error.code[:80])


async def _ask_psp(case: _Case, option: PixCharge, providers: _Providers, *, asked_before: bool) -> Outcome:
    if providers.psp is None:
        return Outcome("unknown", "not_configured")
    if case.registration.wanted == "removed":
        return await providers.psp.remove(option)
    person = case.customer.readable
    if person is None:
        return Outcome("refused", "customer_erased")
    body = cobv_document(case.invoice, option, person, key=providers.pix_key)
    return await providers.psp.register(option, body, asked_before=asked_before)


async def _keep(tx: Tx, cases: Sequence[_Case], outcomes: Mapping[UUID, Outcome]) -> None:
    """The outcomes on the invoices, where an option is payable or refused now, and then on the registrations."""
    rows: list[tuple[UUID, str, int, str | None]] = []
    later: list[Plan] = []
    news: dict[UUID, dict[UUID, Outcome]] = {}
    for case in cases:
        one, outcome = case.registration, outcomes[case.registration.option_id]
        attempts = one.attempts + (outcome is not _AWAY)
        rows.append((one.option_id, outcome.known, attempts, outcome.failure))
        if outcome.known == "unknown":
            later.append(_again(one.option_id, one.wanted, tx, attempts=attempts))
        elif one.wanted == "registered":
            news.setdefault(one.invoice_id, {})[one.option_id] = outcome
    await _tell(tx, news)
    await charges.save(tx, rows)
    await schedules.at_many(tx, later)


def _again(option_id: UUID, occurrence: str, tx: Tx, *, attempts: int) -> Plan:
    pause = min(timedelta(seconds=5 * 2 ** min(attempts, 8)), _LONGEST_PAUSE)
    return Plan(REGISTER, str(option_id), tx.now + pause, occurrence=occurrence)


async def _tell(tx: Tx, news: Mapping[UUID, Mapping[UUID, Outcome]]) -> None:
    held = await invoices.load_many(tx, list(news), lock=True)
    facts: list[InvoiceEvent] = []
    for invoice_id, outcomes in news.items():
        invoice = held[invoice_id].invoice
        options = tuple(_after(way, outcomes.get(way.option_id), tx) for way in invoice.options)
        if options == invoice.options or invoice.state not in OPEN_STATES:
            continue
        changed = next_version(invoice, options=options)
        facts.append(
            InvoiceAmended(invoice=changed, changed_by="system", reason="options_changed", changed=("options",))
        )
    await invoices.record(tx, facts, principal="registration")


def _after(option: Boleto | PixCharge, outcome: Outcome | None, tx: Tx) -> Boleto | PixCharge:
    if outcome is None or option.status != "requested":
        return option
    if outcome.known != "registered":
        return option.model_copy(update={"status": "rejected"})
    if isinstance(option, Boleto):
        return option.model_copy(update={"status": "active", "registered_at": tx.now})
    changes: dict[str, object] = {"status": "active"}
    if outcome.location is not None:
        changes["location_url"] = outcome.location
    if outcome.br_code is not None and br_code.is_valid(outcome.br_code):
        changes["br_code"] = outcome.br_code
    return option.model_copy(update=changes)
