"""Random portfolios as rows of facts, and what of them counts on a day, told in plain Python."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from analytics.domain.days import end_of

TODAY = date(2026, 6, 30)
DAYS = (TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=45), TODAY - timedelta(days=300))
SEEDS = range(6)
Rows = list[dict[str, Any]]


@dataclass
class Portfolio:
    """Random rows, as events would have said them, and what of them counts on a day."""

    random: Random
    tenant: UUID
    rows: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))
    made: int = 0

    def new_id(self) -> UUID:
        self.made += 1
        return uuid5(self.tenant, str(self.made))

    def day(self, first: int, last: int) -> date:
        return TODAY + timedelta(days=self.random.randint(first, last))

    def instant(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(minutes=self.random.randrange(24 * 60))

    def add(self, table: str, **row: Any) -> None:
        self.rows[table].append(row)

    def fill(self, invoices: int) -> "Portfolio":
        for _ in range(invoices):
            self.invoice()
        return self

    def invoice(self) -> None:
        invoice_id, customer_id = self.new_id(), self.new_id()
        issued_on = self.day(-500, -1)
        payable_on = issued_on + timedelta(days=self.random.randint(0, 60))
        known_on, paid_cents, amount_cents = issued_on, 0, self.random.randint(1, 90_000)
        segment, kept_segment = (self.random.choice((None, "retail", "school")) for _ in range(2))
        origin = self.random.choice(("api", "import", "agreement"))
        self.add(
            "customer_fact", customer_id=customer_id, version=1, event_id=self.new_id(), segment=kept_segment, uf="SP"
        )
        for version in range(1, self.random.randint(2, 5)):
            final = self.random.random() < 0.25
            relieved_cents = amount_cents - paid_cents if final else 0
            open_cents = amount_cents - paid_cents - relieved_cents
            state = "open" if not paid_cents else "partially_paid"
            if not open_cents:
                state = self.random.choice(("cancelled", "written_off", "renegotiated")) if relieved_cents else "paid"
            self.add(
                "invoice_fact",
                invoice_id=invoice_id,
                version=version,
                customer_id=customer_id,
                issued_on=issued_on,
                due_on=payable_on,
                payable_on=payable_on,
                amount_cents=amount_cents,
                principal_paid_cents=paid_cents,
                relieved_cents=relieved_cents,
                open_cents=open_cents,
                state=state,
                origin=origin,
                segment=segment,
                known_on=known_on,
                event_id=self.new_id(),
            )
            if not open_cents or known_on >= TODAY:
                break
            paid_now = self.random.randint(0, open_cents)
            paid_on = known_on + timedelta(days=self.random.randint(0, 60))
            known_on = min(TODAY, paid_on + timedelta(days=self.random.randint(0, 3)))
            paid_cents += paid_now
            self.payment(invoice_id, paid_on, known_on, paid_now)
        self.messages(invoice_id, customer_id, issued_on)
        self.promise(invoice_id, customer_id)

    def payment(self, invoice_id: UUID, paid_on: date, known_on: date, principal_cents: int) -> None:
        allocation_id, receipt_id = self.new_id(), self.new_id()
        money_cents = principal_cents + self.random.randint(0, 300)
        self.add(
            "payment_fact",
            allocation_id=allocation_id,
            invoice_id=invoice_id,
            receipt_id=receipt_id,
            paid_on=paid_on,
            known_on=known_on,
            money_cents=money_cents,
            principal_cents=principal_cents,
            interest_cents=money_cents - principal_cents,
            fine_cents=0,
            discount_cents=0,
            abatement_cents=0,
            event_id=self.new_id(),
        )
        if self.random.random() < 0.6:
            self.add(
                "receipt_fact",
                receipt_id=receipt_id,
                route="pix",
                gross_cents=money_cents,
                fee_cents=0,
                credited_cents=money_cents,
                paid_on=paid_on,
                paid_at=self.instant(paid_on) if self.random.random() < 0.7 else None,
                event_id=self.new_id(),
            )
        if self.random.random() < 0.15:
            self.add(
                "undone_fact",
                allocation_id=allocation_id,
                invoice_id=invoice_id,
                reversal_id=self.new_id(),
                kind="refund",
                reversed_on=self.random.choice(DAYS[1:]) if self.random.random() < 0.3 else self.day(-120, 0),
                known_on=self.random.choice(DAYS) if self.random.random() < 0.3 else self.day(-120, 0),
                money_cents=money_cents,
                principal_cents=principal_cents,
                event_id=self.new_id(),
            )

    def messages(self, invoice_id: UUID, customer_id: UUID, issued_on: date) -> None:
        for _ in range(self.random.randint(0, 5)):
            message_id, sent_at = self.new_id(), self.instant(issued_on + timedelta(days=self.random.randint(0, 90)))
            self.add("message_invoice", message_id=message_id, invoice_id=invoice_id)

            def later(chance: float, sent_at: datetime = sent_at) -> datetime | None:
                return (
                    sent_at + timedelta(minutes=self.random.randrange(3_000)) if self.random.random() < chance else None
                )

            opened = later(0.5)
            self.add(
                "attempt_fact",
                message_id=message_id,
                attempt_id=self.new_id(),
                customer_id=customer_id,
                attempt=1,
                channel=self.random.choice(("email", "sms", "whatsapp")),
                step_key=self.random.choice(("before_5", "due_day", "after_3")),
                tone="neutral",
                sent_at=sent_at if self.random.random() < 0.95 else None,
                delivered_at=later(0.9),
                opened_at=opened,
                opened_human_at=opened and later(0.7),
                clicked_at=later(0.2),
                clicked_human_at=later(0.1),
                failed_at=later(0.1),
                event_id=self.new_id(),
            )

    def promise(self, invoice_id: UUID, customer_id: UUID) -> None:
        for _ in range(self.random.choice((0, 0, 1, 2))):
            promise_id, promised_on, promised_cents = self.new_id(), self.day(-40, 25), self.random.randint(1, 60_000)
            ended = self.random.choice(("kept", "broken", None))
            self.add("promise_invoice", promise_id=promise_id, invoice_id=invoice_id)
            self.add(
                "promise_fact",
                promise_id=promise_id,
                customer_id=customer_id,
                promised_on=promised_on,
                promised_cents=promised_cents,
                made_at=self.instant(promised_on - timedelta(days=self.random.randint(0, 10))),
                kept_at=self.instant(promised_on) if ended == "kept" else None,
                broken_at=self.instant(promised_on + timedelta(days=2)) if ended == "broken" else None,
                paid_cents={"kept": promised_cents + 5, "broken": promised_cents // 3, None: None}[ended],
                event_id=self.new_id(),
            )

    def standing(self, on: date, segment: str | None = None) -> Rows:
        """The version of each invoice that was known last by the day."""
        own = {row["customer_id"]: row["segment"] for row in self.rows["customer_fact"]}
        held: dict[UUID, dict[str, Any]] = {}
        for row in self.rows["invoice_fact"]:
            if row["known_on"] <= on and segment in {None, row["segment"] or own[row["customer_id"]]}:
                held[row["invoice_id"]] = max(
                    row, held.get(row["invoice_id"], row), key=lambda candidate: candidate["version"]
                )
        return list(held.values())

    def payments(self, on: date, *, by: str = "reversed_on") -> Rows:
        """The payment lines that were not undone by the day."""
        undone = {(row["allocation_id"], row["invoice_id"]) for row in self.rows["undone_fact"] if row[by] <= on}
        return [row for row in self.rows["payment_fact"] if (row["allocation_id"], row["invoice_id"]) not in undone]


def unpaid(row: dict[str, Any]) -> int:
    cents: int = row["open_cents"] + (row["relieved_cents"] if row["state"] == "written_off" else 0)
    return cents


def standing_promises(portfolio: Portfolio, on: date, start: date) -> dict[UUID, dict[str, Any]]:
    """The promise that each invoice is under on the day: the last one made that is neither kept, broken nor past."""
    about = {row["promise_id"]: row["invoice_id"] for row in portfolio.rows["promise_invoice"]}
    found: dict[UUID, dict[str, Any]] = {}
    for row in sorted(portfolio.rows["promise_fact"], key=lambda one: (one["made_at"], one["promise_id"])):
        ended = any(row[name] and row[name] <= end_of(on) for name in ("kept_at", "broken_at"))
        if row["promised_on"] >= start and row["made_at"] <= end_of(on) and not ended:
            found[about[row["promise_id"]]] = row
    return found
