"""Facts in, facts out, on a real database: the handlers, the due work and the outbox, without a broker."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from debtor_files import at

from chassis import migrations
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.schedules import Scheduler
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope
from contracts.invoices import InvoiceBalance
from dunning import consumers
from dunning.due_work import schedules
from dunning.main import service
from regua.testing import FreshDatabase, MakeDatabase

pytestmark = pytest.mark.io

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"
TENANT = UUID(int=1)
OTHER = UUID(int=2)


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


def example(topic: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / topic / "v1" / f"valid-{name}.json").read_text())["data"]
    return read


class Bench:
    """Dunning on a real database, with a clock in the hand: `tell` it facts, `work` what is due, `said` is the outbox."""

    def __init__(self, database: Database, clock: HandClock):
        self.database = database
        self.clock = clock
        self.scheduler = Scheduler(database, schedules)
        self.seen = 0

    async def tell(self, *facts: Event, tenant: UUID = TENANT) -> None:
        ids = RandomIds()
        for fact in facts:
            envelope: Envelope[Event] = registry.wrap(
                fact,
                event_id=ids.new_id(),
                producer="test",
                time=self.clock.now(),
                tenant_id=tenant,
                correlation_id=ids.new_id(),
            )
            handler = consumers.subscriptions.handlers[fact.topic]
            async with self.database.unit_of_work(tenant_id=tenant) as tx:
                if handler.many is not None:
                    await handler.many(tx, [envelope])
                elif handler.one is not None:
                    await handler.one(tx, envelope)

    async def work(self, now: datetime) -> list[Any]:
        self.clock.instant = now
        while await self.scheduler.turn():
            pass
        return await self.said()

    async def said(self) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=None) as tx:
            rows = await (await tx.connection()).fetch(
                "select position, topic, payload from outbox where position > $1 order by position", self.seen
            )
        if rows:
            self.seen = rows[-1]["position"]
        return [registry.decode(row["topic"], row["payload"]).data for row in rows]


def topics(facts: Sequence[Event]) -> list[str]:
    return [fact.topic for fact in facts]


@pytest.fixture(scope="module")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def bench(make_database: MakeDatabase, migrated: FreshDatabase) -> AsyncIterator[Bench]:
    fresh = make_database(template=migrated)
    clock = HandClock(at("2026-02-20 10:00"))
    database = Database(fresh.app_url, clock=clock, ids=RandomIds(), producer_name="dunning")
    yield Bench(database, clock)
    await database.dispose()
    fresh.drop()


def customer() -> Event:
    payload = registry.topic("customer.registered").payload
    return payload.model_validate(example("customer.registered", "person"))


def customer_id() -> UUID:
    return customer().partition_key()


def invoice(number: int = 1, **changes: Any) -> Event:
    data = example("invoice.issued", "monthly-fee-boleto-and-pix")
    data["invoice"] |= {
        "invoice_id": str(uuid5(TENANT, f"invoice {number}")),
        "customer_id": str(customer_id()),
        "external_id": f"F-{number}",
        "issued_on": "2026-02-15",
        "due_on": "2026-03-10",
        "payable_on": "2026-03-10",
        **changes,
    }
    data["invoice"]["terms"]["discount"] = None
    for option in data["invoice"]["options"]:
        option["due_on"] = "2026-03-10"
    return registry.topic("invoice.issued").payload.model_validate(data)


def paid(issued: Any) -> list[Event]:
    """Payments' word that the invoice's whole principal is paid."""
    data = issued.invoice
    balance = InvoiceBalance(amount_cents=data.amount_cents, principal_paid_cents=data.amount_cents, open_cents=0)
    allocated = registry.topic("payment.allocated").payload.model_validate(
        {
            "allocation_id": uuid5(TENANT, "allocation"),
            "receipt_id": uuid5(TENANT, "receipt"),
            "customer_id": data.customer_id,
            "funds": "receipt",
            "route": "pix",
            "currency": "BRL",
            "amount_cents": data.amount_cents,
            "matched_invoice_ids": [data.invoice_id],
            "lines": [
                {
                    "invoice_id": data.invoice_id,
                    "invoice_version": data.version,
                    "money_cents": data.amount_cents,
                    "principal_cents": data.amount_cents,
                    "balance": balance.model_dump(),
                    "state": "paid",
                }
            ],
            "unapplied_cents": 0,
            "outcome": "full",
            "match": {"rung": "exact_id", "score": 100, "rule_version": 1, "confirmed_by": "system"},
            "paid_on": "2026-03-09",
        }
    )
    return [allocated]


class TestOneInvoice:
    async def test_an_invoice_is_reminded_and_silent_once_payments_say_paid(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued)
        assert topics(await bench.work(at("2026-02-20 10:01"))) == ["case.opened", "decision.recorded"]
        assert await bench.work(at("2026-03-05 08:59")) == []
        said = await bench.work(at("2026-03-05 12:00"))
        assert "message.requested" in topics(said)
        await bench.tell(*paid(issued))
        said = await bench.work(at("2026-03-09 12:00"))
        assert topics(said) == ["case.closed", "message.requested"]
        assert said[1].purpose == "thanks"
        assert await bench.work(at("2026-04-30 12:00")) == []

    async def test_an_invoice_heard_of_before_its_customer_waits_for_the_customer(self, bench: Bench) -> None:
        await bench.tell(invoice())
        assert topics(await bench.work(at("2026-02-20 10:01"))) == ["case.opened"]
        await bench.tell(customer())
        assert topics(await bench.work(at("2026-02-20 10:02"))) == ["decision.recorded"]

    async def test_the_same_facts_told_again_change_nothing(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice())
        await bench.work(at("2026-02-20 10:01"))
        await bench.tell(customer(), invoice())
        assert await bench.work(at("2026-02-20 10:05")) == []

    async def test_a_message_kept_back_for_what_passes_gives_its_step_back(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice())
        (message,) = requested(await bench.work(at("2026-03-05 12:00")))
        await bench.tell(suppressed(message, "stale_facts", bench.clock.now()))
        again = requested(await bench.work(at("2026-03-05 13:00")))
        assert [fact.step_key for fact in again] == [message.step_key]
        assert again[0].message_id != message.message_id

    async def test_a_message_kept_back_for_what_stays_is_not_asked_for_again(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice())
        (message,) = requested(await bench.work(at("2026-03-05 12:00")))
        await bench.tell(suppressed(message, "no_usable_contact", bench.clock.now()))
        assert requested(await bench.work(at("2026-03-05 13:00"))) == []

    async def test_an_outage_of_a_week_is_caught_up_with_the_latest_step_alone(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice())
        await bench.work(at("2026-02-20 10:01"))
        said = [fact for fact in await bench.work(at("2026-03-18 12:00")) if fact.topic == "message.requested"]
        assert [fact.step_key for fact in said] == ["after_7"]


def requested(facts: list[Any]) -> list[Any]:
    return [fact for fact in facts if fact.topic == "message.requested"]


def suppressed(message: Any, reason: str, when: Any) -> Event:
    return registry.topic("message.suppressed").payload.model_validate(
        {
            "message_id": message.message_id,
            "customer_id": message.customer_id,
            "invoice_ids": [item.invoice_id for item in message.invoices],
            "decision_id": message.decision_id,
            "policy": message.policy,
            "step_key": message.step_key,
            "tone": message.tone,
            "reason": reason,
            "checks": [reason],
            "suppressed_at": when,
            "evidence": {"sequence": 1, "entry_hash": "0" * 64, "previous_hash": "0" * 64},
        }
    )


def responded(answer: dict[str, Any], issued: Any) -> Event:
    return registry.topic("debtor.responded").payload.model_validate(
        {
            "response_id": uuid5(TENANT, json.dumps(answer)),
            "customer_id": issued.invoice.customer_id,
            "invoice_ids": [issued.invoice.invoice_id],
            "answer": answer,
            "channel": "portal",
            "answered_at": "2026-03-11T12:00:00Z",
            "recognised_by": "debtor_choice",
        }
    )


class TestAnswers:
    async def test_a_promise_is_silent_until_it_is_broken(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued)
        await bench.work(at("2026-03-11 09:30"))
        await bench.tell(responded({"kind": "promise", "promised_on": "2026-03-17"}, issued))
        assert topics(await bench.said()) == ["promise.made", "case.held"]
        quiet = await bench.work(at("2026-03-18 08:59"))
        assert "message.requested" not in topics(quiet)
        said = topics(await bench.work(at("2026-03-18 09:00")))
        assert said[:2] == ["promise.broken", "case.released"]
        assert "message.requested" in said

    async def test_a_dispute_rests_and_calls_a_person(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued)
        await bench.work(at("2026-03-11 09:30"))
        await bench.tell(responded({"kind": "dispute", "reason": "goods_not_received"}, issued))
        assert topics(await bench.said()) == ["case.held", "case.escalated"]
        assert "message.requested" not in topics(await bench.work(at("2026-04-30 12:00")))

    async def test_a_closed_channel_is_left_for_another(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued)
        await bench.work(at("2026-02-20 10:01"))
        await bench.tell(responded({"kind": "stop_channel", "channel": "email"}, issued))
        (message,) = [fact for fact in await bench.work(at("2026-03-05 12:00")) if fact.topic == "message.requested"]
        assert "email" not in [plan.channel for plan in message.channels]


class TestTenants:
    async def test_another_tenant_has_its_own_cases(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice())
        await bench.tell(customer(), invoice(), tenant=OTHER)
        await bench.work(at("2026-02-20 10:01"))
        for tenant in (TENANT, OTHER):
            async with bench.database.unit_of_work(tenant_id=tenant) as tx:
                rows = await (await tx.connection()).fetch("select tenant_id from collection_case")
            assert [row["tenant_id"] for row in rows] == [tenant]

    async def test_another_tenants_late_bank_holds_nobody_up(self, bench: Bench) -> None:
        def watermark(tenant: UUID, fresh_until: datetime, as_of: datetime) -> Event:
            return registry.topic("watermark.advanced").payload.model_validate(
                {
                    "producer": "payments",
                    "lane": 0,
                    "lanes": 1,
                    "as_of": as_of,
                    "positions": [],
                    "sources": [{"source": f"bank.{tenant.hex}.000000000001", "fresh_until": fresh_until}],
                }
            )

        await bench.tell(customer(), invoice())
        await bench.tell(watermark(OTHER, at("2026-03-01 10:00"), at("2026-03-11 09:00")))
        said = await bench.work(at("2026-03-11 12:00"))
        assert [fact.step_key for fact in said if fact.topic == "message.requested"] == ["after_1"]
        await bench.tell(watermark(TENANT, at("2026-03-01 10:00"), at("2026-03-11 12:30")))
        said = await bench.work(at("2026-03-13 12:00"))
        assert [fact.step_key for fact in said if fact.topic == "message.requested"] == []
        decided = [fact for fact in said if fact.topic == "decision.recorded"]
        assert decided[-1].rules[-1].rule == "payment_may_be_on_its_way"

    async def test_no_personal_data_is_kept(self, bench: Bench) -> None:
        told: Any = customer()
        await bench.tell(told)
        async with bench.database.unit_of_work(tenant_id=TENANT) as tx:
            snapshot = await (await tx.connection()).fetchval("select snapshot::text from debtor")
        assert told.customer.readable.name not in snapshot
        assert "personal" not in json.loads(snapshot)


async def test_many_debtors_are_reviewed_together(bench: Bench) -> None:
    template: Any = customer()
    for number in range(30):
        person = template.model_copy(
            update={
                "customer": template.customer.model_copy(update={"customer_id": uuid5(TENANT, f"customer {number}")})
            }
        )
        await bench.tell(person, invoice(number, customer_id=str(person.customer.customer_id)))
    await bench.work(at("2026-02-20 10:01") + timedelta(minutes=1))
    said = await bench.work(at("2026-03-05 12:00"))
    assert topics(said).count("message.requested") == 30
