"""What the debtors remember, folded from their journal: messages seen, ways to pay, plans, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.debtors.habits import Plan
from simulators.outside.journal import Entry, Fact

TRIES = 6


@dataclass(slots=True)
class Waiting:
    """A plan and how often it failed."""

    plan: Plan
    failures: int = 0
    next_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.next_at or self.plan.due_at


@dataclass(slots=True)
class Means:
    """How a debt can be paid, as far as its debtor knows."""

    line: str | None = None
    txid: str | None = None


@dataclass
class Memory:
    """The fold."""

    seen: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    known_to: set[str] = field(default_factory=set)
    means: dict[str, Means] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    names: dict[str, int] = field(default_factory=dict)
    last_tick: str = ""
    last_text: int = 0

    def apply(self, entry: Entry) -> None:
        """Take one fact in."""
        body = entry.body
        match entry.kind:
            case "message.seen":
                self.seen[entry.subject] = body
                self.names[body["slot"]] = self.names.get(body["slot"], 0) + 1
            case "texts.seen":
                self.last_text = body["position"]
            case "debt.known":
                self.known_to.add(entry.subject)
            case "means.found":
                means = self.means.setdefault(entry.subject, Means())
                means.line, means.txid = body.get("line") or means.line, body.get("txid") or means.txid
            case "act.planned":
                plan = plan_of(entry.subject, body)
                self.waiting[plan.key] = Waiting(plan)
            case "act.done" | "act.dropped":
                self.waiting.pop(entry.subject, None)
                self.done.add(entry.subject)
                if body.get("paid"):
                    self.paid.add(body["paid"])
            case "act.failed":
                waiting = self.waiting[entry.subject]
                waiting.failures, waiting.next_at = body["failures"], datetime.fromisoformat(body["next_at"])
            case "tick":
                self.last_tick = body["at"]

    def new(self, plans: list[Plan]) -> list[Fact]:
        """The facts that plan what was neither planned nor done before."""
        fresh = {plan.key: plan for plan in plans if plan.key not in self.done and plan.key not in self.waiting}
        return [("act.planned", plan.key, body_of(plan)) for plan in fresh.values()]

    def due(self, now: datetime) -> list[Waiting]:
        """Plans whose hour has come, in an order that depends on their names alone."""
        ready = [waiting for waiting in self.waiting.values() if waiting.due_at <= now]
        return sorted(ready, key=lambda one: (one.due_at, one.plan.debtor, one.plan.key))


def body_of(plan: Plan) -> dict[str, str]:
    return {
        "kind": plan.kind,
        "due_at": plan.due_at.isoformat(),
        "debtor": plan.debtor,
        "subject": plan.subject,
        "debt": plan.debt,
        "note": plan.note,
    }


def plan_of(key: str, body: Mapping[str, Any]) -> Plan:
    due_at = datetime.fromisoformat(body["due_at"])
    return Plan(key, body["kind"], due_at, body["debtor"], body["subject"], body["debt"], body["note"])
