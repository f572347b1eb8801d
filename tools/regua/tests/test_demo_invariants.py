"""Each invariant finds the breach it is for, in facts that are otherwise as they should be."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from contracts import registry
from contracts.base import Event
from regua.demo import invariants
from regua.demo.report import tell
from regua.demo.topics import Log
from regua.demo.verdict import chain_faults

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"
TENANT = UUID(int=7)
NOON = datetime(2026, 3, 5, 15, tzinfo=UTC)


def example(topic: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / topic / "v1" / f"valid-{name}.json").read_text())["data"]
    return read


class Story:
    """A log under construction: one debtor in São Paulo, one invoice, one e-mail reminder, one payment."""

    def __init__(self) -> None:
        self.log = Log()
        self.number = 0
        self.customer = example("customer.registered", "person")
        self.customer["customer"] |= {"uf": "SP", "city_code": "3550308", "time_zone": "America/Sao_Paulo"}
        self.customer_id = self.customer["customer"]["customer_id"]
        self.issued = example("invoice.issued", "monthly-fee-boleto-and-pix")
        self.issued["invoice"]["customer_id"] = self.customer_id
        self.invoice_id = self.issued["invoice"]["invoice_id"]
        self.tell("customer.registered", self.customer, NOON)
        self.tell("invoice.issued", self.issued, NOON)

    def tell(self, topic: str, data: dict[str, Any], at: datetime) -> Event:
        self.number += 1
        fact = registry.topic(topic).payload.model_validate_json(json.dumps(data, default=str))
        envelope = registry.wrap(
            fact,
            event_id=uuid5(TENANT, str(self.number)),
            producer="test",
            time=at,
            tenant_id=TENANT,
            correlation_id=TENANT,
        )
        self.log.add(topic, envelope)
        return fact

    def message(
        self,
        at: datetime,
        *,
        step: str = "before_5",
        number: int = 1,
        purpose: str = "reminder",
        channel: str = "email",
    ) -> None:
        """A message asked for at `at`'s local day, and sent at `at`."""
        message_id = str(uuid5(TENANT, f"message {number}"))
        request = example("message.requested", "reminder-with-fallback")
        opens = at.replace(hour=11, minute=0)
        request |= {
            "message_id": message_id,
            "customer_id": self.customer_id,
            "step_key": step,
            "purpose": purpose,
            "not_before": opens,
            "not_after": opens + timedelta(hours=12),
            "expires_at": opens + timedelta(days=1),
        }
        request["window"] |= {"uf": "SP", "opens_at": opens, "closes_at": opens + timedelta(hours=12)}
        request["invoices"] = [{"invoice_id": self.invoice_id, "invoice_version": 1, "open_cents": 100}]
        self.tell("message.requested", request, opens)
        self.sent(message_id, at, step=step, number=number, channel=channel)

    def sent(self, message_id: str, at: datetime, *, step: str, number: int, channel: str = "email") -> None:
        sent = example("message.sent", "email")
        sent |= {
            "message_id": message_id,
            "customer_id": self.customer_id,
            "invoice_ids": [self.invoice_id],
            "step_key": step,
            "channel": channel,
            "attempt_id": str(uuid5(TENANT, f"attempt {number} {at}")),
            "provider_message_id": f"id-{number}",
            "sent_at": at,
        }
        sent["quoted"] = [sent["quoted"][0] | {"invoice_id": self.invoice_id}]
        self.tell("message.sent", sent, at)

    def allocated(self, at: datetime, money_cents: int | None = None) -> None:
        """Payments gives money to the invoice; all of it by default."""
        whole = self.issued["invoice"]["amount_cents"]
        money = whole if money_cents is None else money_cents
        received = example("payment.received", "pix-by-webhook")
        received |= {"gross_cents": money, "fee_cents": 0, "credited_cents": money, "customer_id": self.customer_id}
        self.tell("payment.received", received, at)
        balance = {"amount_cents": whole, "principal_paid_cents": money, "open_cents": whole - money}
        line = {
            "invoice_id": self.invoice_id,
            "invoice_version": 1,
            "money_cents": money,
            "principal_cents": money,
            "balance": balance,
            "state": "paid" if money == whole else "partially_paid",
        }
        allocated = example("payment.allocated", "full-by-pix")
        allocated |= {
            "receipt_id": received["receipt_id"],
            "customer_id": self.customer_id,
            "amount_cents": money,
            "matched_invoice_ids": [self.invoice_id],
            "lines": [line],
            "outcome": "full" if money == whole else "partial",
            "unapplied_cents": 0,
        }
        self.tell("payment.allocated", allocated, at)

    def settled(self, at: datetime) -> None:
        """Invoicing's word that the invoice is paid."""
        whole = self.issued["invoice"]["amount_cents"]
        invoice = self.issued["invoice"] | {
            "version": 2,
            "state": "paid",
            "settled_on": at.date(),
            "last_paid_on": at.date(),
            "balance": {"amount_cents": whole, "principal_paid_cents": whole, "open_cents": 0},
        }
        fact = {
            "invoice": invoice,
            "changed_by": self.issued["changed_by"],
            "reason": "paid",
            "allocation_id": str(uuid5(TENANT, "allocation")),
        }
        self.tell("invoice.settled", fact, at)


def good() -> Story:
    story = Story()
    story.message(NOON)
    story.allocated(NOON + timedelta(hours=1))
    story.settled(NOON + timedelta(hours=1))
    story.message(NOON + timedelta(hours=1), step="thanks", number=2, purpose="thanks")
    return story


def test_a_good_story_breaks_nothing() -> None:
    assert invariants.check_log(good().log).counts() == dict.fromkeys(invariants.check_log(Log()).counts(), 0)


def sent_again(story: Story) -> None:
    story.sent(str(uuid5(TENANT, "message 1")), NOON, step="before_5", number=3)


def sent_after_payment(story: Story) -> None:
    story.message(NOON + timedelta(hours=2), step="due_day", number=3)


def sent_on_sunday(story: Story) -> None:
    story.message(datetime(2026, 3, 1, 15, tzinfo=UTC), step="before_9", number=3, channel="sms")


def two_a_day(story: Story) -> None:
    story.message(NOON - timedelta(hours=1), step="before_9", number=3)


def lost_cent(story: Story) -> None:
    story.settled(NOON)
    story.log.by_topic["payment.allocated"].clear()


def forgotten_receipt(story: Story) -> None:
    story.log.by_topic["payment.allocated"].clear()


def due_twice(story: Story) -> None:
    invoice = story.issued["invoice"]
    fact = {"invoice": invoice, "changed_by": story.issued["changed_by"], "local_date": invoice["payable_on"]}
    story.tell("invoice.due", fact, NOON)
    story.tell("invoice.due", fact, NOON)


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (sent_again, "no message twice"),
        (sent_after_payment, "no message after payment"),
        (sent_on_sunday, "no message outside its lawful window"),
        (two_a_day, "one message a debtor a day"),
        (lost_cent, "every invoice accounted for to the cent"),
        (forgotten_receipt, "every receipt accounted for to the cent"),
        (due_twice, "due and overdue once each"),
    ],
)
def test_a_planted_breach_is_found(plant: Callable[[Story], None], rule: str) -> None:
    story = good()
    plant(story)
    assert invariants.check_log(story.log).counts()[rule] > 0


def test_a_message_within_the_limit_after_payment_is_no_breach() -> None:
    story = Story()
    story.allocated(NOON)
    story.message(NOON + timedelta(seconds=30))
    assert invariants.sent_after_payment(story.log) == []


def test_a_hand_off_that_no_fact_names_is_found() -> None:
    assert invariants.hand_offs_without_a_fact(good().log, ["id-1", "id-2"]) == []
    assert invariants.hand_offs_without_a_fact(good().log, ["id-9"]) == ["hand-off id-9"]


def test_a_chain_with_another_hash_in_it_is_found() -> None:
    sent: Any = good().log.of("message.sent")[0]
    first = sent.evidence.model_copy(update={"sequence": 1, "entry_hash": "a" * 64, "previous_hash": "0" * 64})
    second = first.model_copy(update={"sequence": 2, "entry_hash": "b" * 64, "previous_hash": "a" * 64})
    assert chain_faults([second, first]) == []
    assert chain_faults([first, second.model_copy(update={"previous_hash": "c" * 64})]) != []


def test_the_report_names_no_id_and_is_the_same_for_the_same_facts() -> None:
    told = json.dumps(tell(good().log, on=date(2026, 3, 6)))
    assert told == json.dumps(tell(good().log, on=date(2026, 3, 6)))
    assert good().invoice_id not in told
    assert json.loads(told)["portfolio"]["by_state"]["paid"]["invoices"] == 1


def test_a_repeated_record_counts_once() -> None:
    story = good()
    before = len(story.log.facts)
    story.log.add("message.sent", story.log.envelopes("message.sent")[0])
    assert (len(story.log.facts), story.log.repeats) == (before, 1)
