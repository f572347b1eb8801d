"""Loading whole debtor files, many at a time: one query a table, however many debtors are reviewed together."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chassis.db import Tx
from chassis.watermark import sources_fresh_until
from contracts.customers import Contact, ContactDays
from contracts.decisions import PolicyRef
from contracts.dunning import Owner
from contracts.invoices import InvoiceState
from dunning.domain.contact import CONTACT_CHANNELS
from dunning.domain.debtor_file import CaseRow, DebtorCopy, DebtorFile, HoldRow, PromiseRow, Receivable
from dunning.domain.policy import DEFAULT_POLICY, Policy
from dunning.domain.promise import Credit, Promise

_REMEMBERED = timedelta(days=8)
"""How long contacts count for the caps: a week and the day it began in."""

_LOCK = "select pg_advisory_xact_lock(hashtextextended(id::text, 4)) from unnest($1::uuid[]) as own(id)"
_DEBTORS = """
select customer_id, version, snapshot::text as snapshot, closed_contacts::text as closed_contacts, paused,
       paused_until, excluded, erased
from debtor where customer_id = any($1::uuid[])
"""
_RECEIVABLES = """
select r.invoice_id, r.customer_id, r.snapshot::text as snapshot,
       coalesce((select sum(m.closed_cents) from received m
                  where m.tenant_id = r.tenant_id and m.invoice_id = r.invoice_id and not m.undone), 0)::bigint
         as closed_cents
from receivable r where r.customer_id = any($1::uuid[])
"""
_CASES = """
select case_id, customer_id, invoice_id, case_version, policy_id, policy_version, state, paused,
       steps_done::text as steps_done, messages_requested, last_reason, last_until, opened_at
from collection_case where customer_id = any($1::uuid[])
"""
_HOLDS = """
select hold_id, case_id, customer_id, reason, owner_kind, owner_id, starts_at, ends_at, promise_id
from hold where customer_id = any($1::uuid[]) and released_at is null order by starts_at, hold_id
"""
_PROMISES = """
select p.promise_id, p.customer_id, p.invoice_ids::text as invoice_ids, p.case_ids::text as case_ids, p.promised_on,
       p.promised_cents, p.grace_days, p.silent_until, p.made_at,
       coalesce((select jsonb_agg(jsonb_build_array(m.allocation_id, m.paid_on, m.money_cents) order by m.known_at)
          from received m where m.tenant_id = p.tenant_id and not m.undone and m.known_at >= p.made_at
           and m.invoice_id in (select value::uuid from jsonb_array_elements_text(p.invoice_ids))), '[]')::text as money
from promise p where p.customer_id = any($1::uuid[]) and p.state = 'open' order by p.made_at, p.promise_id
"""
_CONTACTED = """
select customer_id, contacted_at from contact_log
where customer_id = any($1::uuid[]) and contacted_at > $2 and outcome <> 'withdrawn' order by contacted_at
"""
_POLICIES = "select policy_id, policy_version, document::text as document from policy where state <> 'draft'"
_ASSIGNED = "select segment, policy_id, policy_version from assignment"


def default_policy_id(tenant_id: UUID) -> UUID:
    """The id of the régua that a tenant starts with."""
    return uuid5(tenant_id, "régua padrão")


async def load_policies(tx: Tx) -> tuple[dict[tuple[UUID, int], Policy], dict[str, PolicyRef]]:
    """Every published version of the tenant's réguas, and which one is assigned to each segment."""
    assert tx.tenant_id is not None  # noqa: S101 - a review runs for one tenant
    default = PolicyRef(policy_id=default_policy_id(tx.tenant_id), policy_version=1)
    policies = {(default.policy_id, 1): DEFAULT_POLICY}
    connection = await tx.connection()
    for row in await connection.fetch(_POLICIES):
        policies[row["policy_id"], row["policy_version"]] = Policy.model_validate_json(row["document"])
    assigned = {"": default}
    for row in await connection.fetch(_ASSIGNED):
        assigned[row["segment"]] = PolicyRef(policy_id=row["policy_id"], policy_version=row["policy_version"])
    return policies, assigned


async def load_files(tx: Tx, customer_ids: Sequence[UUID]) -> list[DebtorFile]:
    """The files of these debtors, locked against another review until the transaction ends."""
    wanted = sorted(set(customer_ids), key=str)
    connection = await tx.connection()
    await connection.execute(_LOCK, wanted)
    debtors = {row["customer_id"]: row for row in await connection.fetch(_DEBTORS, wanted)}
    receivables = _grouped(await connection.fetch(_RECEIVABLES, wanted))
    cases = _grouped(await connection.fetch(_CASES, wanted))
    holds = _grouped(await connection.fetch(_HOLDS, wanted))
    promises = _grouped(await connection.fetch(_PROMISES, wanted))
    contacted = _grouped(await connection.fetch(_CONTACTED, wanted, tx.now - _REMEMBERED))
    policies, assigned = await load_policies(tx)
    bank_fresh_until = await _bank_fresh_until(tx)
    return [
        DebtorFile(
            debtor=debtor_of(debtors[customer_id]) if customer_id in debtors else None,
            customer_id=customer_id,
            receivables={row["invoice_id"]: _receivable(row) for row in receivables.get(customer_id, ())},
            cases=tuple(_case(row) for row in cases.get(customer_id, ())),
            holds=tuple(_hold(row) for row in holds.get(customer_id, ())),
            promises=tuple(_promise(row) for row in promises.get(customer_id, ())),
            contacted_at=tuple(row["contacted_at"] for row in contacted.get(customer_id, ())),
            policies=policies,
            assigned=assigned,
            bank_fresh_until=bank_fresh_until,
        )
        for customer_id in wanted
    ]


async def _bank_fresh_until(tx: Tx) -> datetime | None:
    """Up to when the money of every bank of the tenant is known; None while none of them reports itself."""
    assert tx.tenant_id is not None  # noqa: S101 - files are read for one tenant
    sources = await sources_fresh_until(tx, producer="payments")
    banks = [until for name, until in sources.items() if name.startswith(f"bank.{tx.tenant_id.hex}.")]
    return min(banks) if banks else None


def _grouped(rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row["customer_id"], []).append(row)
    return found


def debtor_of(row: Mapping[str, Any]) -> DebtorCopy | None:
    """The debtor of a row; None while only its existence is known."""
    snapshot = json.loads(row["snapshot"])
    if not snapshot and not row["erased"]:
        return None
    closed = json.loads(row["closed_contacts"])
    channels = {key.removeprefix("channel:") for key in closed if key.startswith("channel:")}
    if "all" in channels:
        channels = set(CONTACT_CHANNELS)
    preferences = snapshot.get("channels", ())
    return DebtorCopy(
        customer_id=row["customer_id"],
        version=row["version"],
        zone=ZoneInfo(snapshot.get("time_zone", "America/Sao_Paulo")),
        uf=snapshot.get("uf", "SP"),
        city_code=snapshot.get("city_code", ""),
        language=snapshot.get("language", "pt-BR"),
        contact_days=ContactDays.model_validate(snapshot.get("contact_days", {})),
        refused_channels=frozenset(item["channel"] for item in preferences if not item["allowed"]),
        preferred_channels=frozenset(item["channel"] for item in preferences if item.get("rank") == 1),
        contacts=tuple(Contact.model_validate(item) for item in snapshot.get("contacts", ())),
        flags=frozenset(snapshot.get("flags", ())),
        segment=snapshot.get("segment") or "",
        closed_contacts=frozenset(UUID(key.removeprefix("contact:")) for key in closed if key.startswith("contact:")),
        closed_channels=frozenset(channels),
        excluded=row["excluded"],
        paused=row["paused"],
        paused_until=row["paused_until"],
        erased=row["erased"],
    )


def _receivable(row: Mapping[str, Any]) -> Receivable:
    """The newest of two witnesses: what payments closed since the snapshot was taken is not owed any more."""
    snapshot = json.loads(row["snapshot"])
    balance = snapshot["balance"]
    told = balance["principal_paid_cents"] + balance["discount_granted_cents"] + balance["abatement_granted_cents"]
    ahead = max(0, row["closed_cents"] - told)
    open_cents = max(0, balance["open_cents"] - ahead)
    state: InvoiceState = "paid" if ahead and balance["open_cents"] and not open_cents else snapshot["state"]
    return Receivable(
        invoice_id=row["invoice_id"],
        version=snapshot["version"],
        state=state,
        due_on=date.fromisoformat(snapshot["due_on"]),
        payable_on=date.fromisoformat(snapshot["payable_on"]),
        open_cents=open_cents,
        has_boleto=any(item["kind"] == "boleto" and item["status"] == "active" for item in snapshot["options"]),
        segment=snapshot.get("segment") or "",
    )


def _case(row: Mapping[str, Any]) -> CaseRow:
    return CaseRow(
        case_id=row["case_id"],
        invoice_id=row["invoice_id"],
        case_version=row["case_version"],
        policy=PolicyRef(policy_id=row["policy_id"], policy_version=row["policy_version"]),
        state=row["state"],
        steps_done=frozenset(json.loads(row["steps_done"])),
        paused=row["paused"],
        messages_requested=row["messages_requested"],
        last_reason=row["last_reason"],
        last_until=row["last_until"],
        opened_at=row["opened_at"],
    )


def _hold(row: Mapping[str, Any]) -> HoldRow:
    return HoldRow(
        hold_id=row["hold_id"],
        case_id=row["case_id"],
        reason=row["reason"],
        owner=Owner(kind=row["owner_kind"], id=row["owner_id"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        promise_id=row["promise_id"],
    )


def _promise(row: Mapping[str, Any]) -> PromiseRow:
    money = json.loads(row["money"])
    return PromiseRow(
        promise=Promise(
            promise_id=row["promise_id"],
            invoice_ids=tuple(UUID(item) for item in json.loads(row["invoice_ids"])),
            promised_on=row["promised_on"],
            amount_cents=row["promised_cents"],
            made_at=row["made_at"],
        ),
        case_ids=tuple(UUID(item) for item in json.loads(row["case_ids"])),
        grace_days=row["grace_days"],
        silent_until=row["silent_until"],
        received=tuple(Credit(date.fromisoformat(paid_on), cents) for _, paid_on, cents in money),
        allocation_ids=tuple(UUID(allocation) for allocation, _, _ in money),
    )
