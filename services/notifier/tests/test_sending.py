"""From a request to a provider: the last gate, one hand-off, and the facts told, on a real database and real servers."""

import pytest
from notifier_bench import Bench, at, customer, email_of, invoice, paid, request, topics

pytestmark = pytest.mark.io

NINE = at("2026-03-09 09:00")


class TestMail:
    async def test_a_request_becomes_one_mail_and_one_sent_fact(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        assert await bench.work(at("2026-03-09 08:59")) == []
        (sent,) = await bench.work(NINE)
        assert (sent.topic, sent.channel, sent.quoted[0].amount_cents) == ("message.sent", "email", 85_000)
        (mail,) = bench.mail.inbox
        assert mail.recipient == email_of()
        assert mail.message["message-id"] == sent.provider_message_id
        assert "R$ 850,00" in mail.part("plain")
        assert "R$ 850,00" in mail.part("html")
        (arrived,) = await bench.work(at("2026-03-09 12:00"))
        assert (arrived.topic, arrived.proof) == ("message.delivered", "smtp_accepted")
        assert await bench.work(at("2026-03-09 17:00")) == []
        assert len(bench.mail.inbox) == 1

    async def test_a_paid_invoice_is_silent_though_the_request_came_before(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued, request(), paid(issued))
        (kept,) = await bench.work(NINE)
        assert (kept.topic, kept.reason) == ("message.suppressed", "paid")
        assert bench.mail.inbox == []

    async def test_stale_facts_hold_a_message_and_fresh_ones_let_it_go(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        assert await bench.work(NINE, fresh=False, turns=1) == []
        assert await bench.work(at("2026-03-09 09:05"), fresh=False, turns=1) == []
        assert bench.mail.inbox == []
        assert topics(await bench.work(at("2026-03-09 09:06"))) == ["message.sent"]
