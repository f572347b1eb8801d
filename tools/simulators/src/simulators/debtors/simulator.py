"""The debtors' process: at each tick they look at their messages, make up their minds, and do what they planned."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.debtors import habits
from simulators.debtors.acts import Acts, Result
from simulators.debtors.memory import TRIES, Memory, Waiting
from simulators.debtors.population import Debt, Debtor, Population, match
from simulators.debtors.reading import Found, read_mail, read_text
from simulators.debtors.world import Addresses, Hands
from simulators.outside.host import Simulator, World, refuse
from simulators.outside.journal import Entry, Fact
from simulators.psp.br_code import location_of

HORIZON_DAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as its provider shows it, read."""

    message_id: str
    to: str
    channel: Literal["email", "sms", "whatsapp"]
    at: datetime
    found: Found


def _mail(mail: dict[str, Any]) -> Incoming:
    found = read_mail(mail["text"], mail["html"], mail["headers"])
    return Incoming(mail["id"], mail["to"], "email", datetime.fromisoformat(mail["at"]), found)


def _text(text: dict[str, Any]) -> Incoming:
    channel: Literal["sms", "whatsapp"] = "sms" if text["channel"] == "sms" else "whatsapp"
    return Incoming(text["id"], text["to"], channel, datetime.fromisoformat(text["at"]), read_text(text["text"]))


class Debtors(Simulator):
    """A population with its habits."""

    name = "debtors"

    def __init__(self, world: World, *, population: Population, addresses: Addresses):
        super().__init__(world)
        self.population = population
        self.memory = Memory()
        self._addresses = addresses
        self._one_tick = asyncio.Lock()

    def busy(self) -> bool:
        return self._one_tick.locked()

    def routes(self) -> Sequence[Route]:
        return [Route("/tick", self.tick, methods=["POST"]), Route("/summary", self.summary)]

    def apply(self, entry: Entry) -> None:
        self.memory.apply(entry)

    def hands(self) -> Hands:
        """What they act with during one tick."""
        return Hands(self._addresses, self.client)

    async def tick(self, request: Request) -> Response:  # noqa: ARG002
        """Everything that is due at the clock's instant; a second tick at the same instant finds nothing new to do."""
        async with self._one_tick:
            now = self.world.clock.now()
            hands = self.hands()
            try:
                await self._look(hands, now)
                self._remember_dates(now)
                counts = await self._act(Acts(self.world.seed, self.memory, self.population, hands), now)
            except httpx2.HTTPError as error:
                raise refuse(502, "outside", f"another simulator does not answer: {type(error).__name__}") from None
            self.record([("tick", "all", {"at": now.isoformat()})])
        return JSONResponse(
            {"at": now.isoformat(), "actions": sum(counts.values()), "by_kind": dict(sorted(counts.items()))}
        )

    async def summary(self, request: Request) -> Response:  # noqa: ARG002
        """How many debtors of each profile there are, and what they did and plan."""
        profiles = Counter(debtor.profile for debtor in self.population.debtors)
        done = Counter(entry.body["kind"] for entry in self.journal.entries() if entry.kind == "act.done")
        planned = Counter(waiting.plan.kind for waiting in self.memory.waiting.values())
        return JSONResponse({"profiles": profiles, "done": done, "planned": planned, "paid": len(self.memory.paid)})

    # looking

    async def _look(self, hands: Hands, now: datetime) -> None:
        mails = await hands.mails(self.memory.last_tick or "1970-01-01T00:00:00+00:00")
        for mail in sorted(mails, key=lambda one: (str(one["to"]), str(one["subject"]), int(one["position"]))):
            await self._see(hands, _mail(mail), now)
        while texts := await hands.texts(self.memory.last_text):
            for text in sorted(texts, key=lambda one: (str(one["to"]), str(one["channel"]), int(one["position"]))):
                await self._see(hands, _text(text), now)
            self.record([("texts.seen", "all", {"position": max(int(text["position"]) for text in texts)})])

    async def _see(self, hands: Hands, came: Incoming, now: datetime) -> None:
        """Notice a message, once: find out what it bills, and plan."""
        if came.message_id in self.memory.seen:
            return
        debtor, found = self.population.by_address.get(came.to), came.found
        slot = f"{came.to}/{came.channel}/{came.at.astimezone(habits.BRASILIA).date()}"
        facts: list[Fact] = [
            (
                "message.seen",
                came.message_id,
                {
                    "slot": slot,
                    "channel": came.channel,
                    "debtor": debtor.external_id if debtor else None,
                    "links": found.links,
                    "pixels": found.pixels,
                    "way_out": found.way_out,
                },
            )
        ]
        if debtor is not None:
            seen = habits.Seen(
                name=f"{slot}/{self.memory.names.get(slot, 0)}",
                message_id=came.message_id,
                channel=came.channel,
                at=max(came.at, now),
                can_unsubscribe=bool(found.way_out),
                has_links=bool(found.links),
            )
            plans = habits.handling(self.world.seed, debtor, seen)
            debts = await self._bills(hands, debtor, found, facts)
            if not debts and not found.receipt:
                debts = self._oldest(debtor, now)
            for debt in debts:
                if debt.key not in self.memory.paid:
                    plans += habits.reacting(self.world.seed, debtor, debt, seen)
            facts += self.memory.new(plans)
        self.record(facts)

    def _oldest(self, debtor: Debtor, now: datetime) -> list[Debt]:
        """What a message that names no way to pay is taken to be about: the oldest debt that is due about now."""
        soon = now.astimezone(habits.BRASILIA).date() + timedelta(HORIZON_DAYS)
        due = [debt for debt in debtor.debts if debt.due_on <= soon and debt.key not in self.memory.paid]
        return sorted(due, key=lambda debt: (debt.due_on, debt.key))[:1]

    async def _bills(self, hands: Hands, debtor: Debtor, found: Found, facts: list[Fact]) -> list[Debt]:
        """The debts that a message shows ways to pay, looked up where they are paid."""
        debts: dict[str, Debt] = {}
        for line in found.lines:
            shown = await hands.boleto(line)
            if shown and (debt := _of_boleto(debtor, shown)):
                debts[debt.key] = debt
                facts.append(("means.found", debt.key, {"line": line}))
        for code in found.codes:
            charge = await hands.charge(location_of(code) or "")
            if charge and (debt := _of_charge(debtor, charge)):
                debts[debt.key] = debt
                facts.append(("means.found", debt.key, {"txid": charge["txid"]}))
        return list(debts.values())

    def _remember_dates(self, now: datetime) -> None:
        """Who knows its own due dates plans without being told, some days ahead of them."""
        today, facts = now.astimezone(habits.BRASILIA).date(), []
        plans = []
        for debtor in self.population.debtors:
            for debt in debtor.debts:
                if debt.key not in self.memory.known_to and debt.due_on <= today + timedelta(HORIZON_DAYS):
                    facts.append(("debt.known", debt.key, {"on": today.isoformat()}))
                    plans += habits.paying(self.world.seed, debtor, debt, today)
        if facts:
            self.record([*facts, *self.memory.new(plans)])

    # acting

    async def _act(self, acts: Acts, now: datetime) -> Counter[str]:
        counts: Counter[str] = Counter()
        for waiting in self.memory.due(now):
            result = await acts.do(waiting.plan)
            self.record([self._outcome(waiting, result, now)])
            if result.done:
                counts[waiting.plan.kind] += 1
        return counts

    def _outcome(self, waiting: Waiting, result: Result, now: datetime) -> Fact:
        plan = waiting.plan
        body = {"kind": plan.kind, "debtor": plan.debtor, "why": result.why, "paid": result.paid}
        if result.done:
            return ("act.done", plan.key, body)
        failures = waiting.failures + 1
        if result.final or failures >= TRIES:
            return ("act.dropped", plan.key, {**body, "paid": None})
        return (
            "act.failed",
            plan.key,
            {**body, "failures": failures, "next_at": (now + timedelta(days=1)).isoformat()},
        )


def _of_boleto(debtor: Debtor, shown: dict[str, Any]) -> Debt | None:
    return match(
        debtor,
        due_on=date.fromisoformat(shown["due_on"]),
        amount_cents=shown["amount_cents"],
        document_number=shown["document_number"],
    )


def _of_charge(debtor: Debtor, charge: dict[str, Any]) -> Debt | None:
    return match(
        debtor,
        due_on=date.fromisoformat(charge["calendario"]["dataDeVencimento"]),
        amount_cents=int(charge["valor"]["original"].replace(".", "")),
        document_number=None,
    )
