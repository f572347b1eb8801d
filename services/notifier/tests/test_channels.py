"""What goes wrong outside: bounces, refusals, silence, late and early callbacks; and what follows from each."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from notifier_bench import Bench
from notifier_facts import at, contact_id, customer, email_of, invoice, paid, request, topics

from notifier.channels.smtp import Smtp
from notifier.due_work import apply_at
from notifier.store import callbacks

pytestmark = pytest.mark.io

NINE = at("2026-03-09 09:00")


async def callback(bench: Bench, status: str, *, index: int = 0, **more: Any) -> None:
    """What the provider's callback does once its signature was checked: the bytes are kept and due."""
    taken = bench.phone.taken[index]
    body = json.dumps({"id": taken["id"], "client_ref": taken["client_ref"], "status": status, **more}).encode()
    async with bench.database.unit_of_work(tenant_id=bench.tenant) as tx:
        callback_id = await callbacks.add(tx, provider="sms", webhook_id=f"{status} {index} {len(more)}", body=body)
        if callback_id is not None:
            await apply_at(tx, callback_id, tx.now)


async def states(bench: Bench) -> tuple[str, list[str]]:
    (message,) = await bench.rows("select state from message")
    rows = await bench.rows("select state from attempt order by attempt")
    return message["state"], [row["state"] for row in rows]


class TestRefusedMail:
    async def test_an_unknown_mailbox_invalidates_the_contact_and_the_next_channel_takes_over(
        self, bench: Bench
    ) -> None:
        bench.mail.refuse[email_of()] = "550 5.1.1 no such user"
        await bench.tell(customer(), invoice(), request())
        said = await bench.work(NINE)
        assert topics(said) == ["message.failed", "contact.invalidated", "message.sent"]
        failed, invalidated, sent = said
        assert (failed.failure, failed.status_code, failed.final) == ("hard", "5.1.1", False)
        assert (invalidated.contact_id, invalidated.reason) == (contact_id("email"), "hard_bounce")
        assert (sent.channel, sent.attempt) == ("whatsapp", 2)

    async def test_a_refusal_for_another_reason_leaves_the_contact_usable(self, bench: Bench) -> None:
        bench.mail.refuse[email_of()] = "550 5.7.1 policy"
        await bench.tell(customer(), invoice(), request(channels=("email",)))
        (failed,) = await bench.work(NINE)
        assert (failed.failure, failed.final) == ("hard", True)
        assert await states(bench) == ("failed", ["failed"])

    async def test_a_passing_refusal_is_tried_again_later_and_sent(self, bench: Bench) -> None:
        bench.mail.refuse[email_of()] = "451 4.7.1 greylisted"
        await bench.tell(customer(), invoice(), request())
        (failed,) = await bench.work(NINE)
        assert (failed.failure, failed.retry_at) == ("soft", NINE + timedelta(minutes=1))
        bench.mail.refuse.clear()
        assert await bench.work(NINE + timedelta(seconds=59)) == []
        (sent,) = await bench.work(NINE + timedelta(minutes=1))
        assert (sent.channel, sent.attempt) == ("email", 2)

    async def test_a_payment_between_two_tries_ends_the_message(self, bench: Bench) -> None:
        bench.mail.refuse[email_of()] = "451 4.7.1 greylisted"
        issued = invoice()
        await bench.tell(customer(), issued, request())
        await bench.work(NINE)
        bench.mail.refuse.clear()
        await bench.tell(paid(issued))
        (kept,) = await bench.work(NINE + timedelta(minutes=1))
        assert (kept.topic, kept.reason) == ("message.suppressed", "paid")
        assert bench.mail.inbox == []

    async def test_after_so_many_passing_refusals_the_next_channel_takes_over(self, bench: Bench) -> None:
        bench.mail.refuse[email_of()] = "451 4.7.1 greylisted"
        await bench.tell(customer(), invoice(), request())
        said: list[Any] = []
        for minutes in (0, 1, 6, 21, 81, 201):
            said += await bench.work(NINE + timedelta(minutes=minutes))
        assert topics(said) == ["message.failed"] * 6 + ["message.sent"]
        assert said[-1].channel == "whatsapp"

    async def test_a_server_that_hangs_up_after_the_message_is_unknown_and_never_repeated(self, bench: Bench) -> None:
        bench.mail.drop_data = True
        await bench.tell(customer(), invoice(), request())
        (failed,) = await bench.work(NINE)
        assert (failed.failure, failed.reason, failed.final) == ("unknown", "no_answer_to_data", True)
        bench.mail.drop_data = False
        assert await bench.work(at("2026-03-09 17:00")) == []
        assert len(bench.mail.inbox) == 1
        assert await states(bench) == ("unknown", ["unknown"])

    async def test_a_mail_server_that_is_away_delays_and_loses_nothing(self, bench: Bench) -> None:
        there = bench.parts.providers["email"]
        nobody = Smtp(
            host="127.0.0.1", port=1, sender="a@notify.example", bounce=lambda *_: "b-1", reply=lambda *_: "r-1"
        )
        bench.parts.providers = {**bench.parts.providers, "email": nobody}
        await bench.tell(customer(), invoice(), request())
        (failed,) = await bench.work(NINE)
        assert (failed.failure, failed.reason) == ("soft", "server_away")
        bench.parts.providers = {**bench.parts.providers, "email": there}
        assert topics(await bench.work(NINE + timedelta(minutes=1))) == ["message.sent"]


class TestShortMessages:
    async def test_an_sms_has_at_most_two_parts_and_names_the_supplier(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        await bench.work(NINE)
        (taken,) = bench.phone.taken
        assert taken["text"].isascii()
        assert len(taken["text"]) <= 306
        assert "Escola Horizonte de Campinas Ltda, CNPJ 11.222.333/0001-81" in taken["text"]
        assert taken["callback_url"] == f"https://n.example/v1/callbacks/sms/{bench.tenant}"

    async def test_delivered_and_read_are_told_once_whatever_their_order(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("whatsapp",)))
        await bench.work(NINE)
        await callback(bench, "read")
        assert topics(await bench.work(NINE + timedelta(minutes=1))) == ["message.delivered", "message.opened"]
        await callback(bench, "delivered")
        await callback(bench, "sent")
        await callback(bench, "read", index=0, again=True)
        assert await bench.work(NINE + timedelta(minutes=2)) == []
        assert await states(bench) == ("delivered", ["delivered"])

    async def test_what_is_not_delivered_in_time_takes_the_next_channel_once(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("whatsapp", "sms")))
        assert topics(await bench.work(NINE)) == ["message.sent"]
        assert await bench.work(NINE + timedelta(minutes=119)) == []
        (sent,) = await bench.work(NINE + timedelta(minutes=120))
        assert (sent.channel, sent.attempt) == ("sms", 2)
        assert await bench.work(at("2026-03-09 17:59")) == []
        assert bench.phone.calls == 2

    async def test_what_was_delivered_in_time_takes_no_other_channel(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("whatsapp", "sms")))
        await bench.work(NINE)
        await callback(bench, "delivered")
        assert topics(await bench.work(NINE + timedelta(minutes=1))) == ["message.delivered"]
        assert await bench.work(at("2026-03-09 17:59")) == []

    async def test_a_number_nobody_has_invalidates_the_contact_and_the_next_channel_takes_over(
        self, bench: Bench
    ) -> None:
        await bench.tell(customer(), invoice(), request(channels=("whatsapp", "email")))
        await bench.work(NINE)
        await callback(bench, "failed", code="not_on_channel")
        said = await bench.work(NINE + timedelta(minutes=1))
        assert topics(said) == ["message.failed", "contact.invalidated", "message.sent"]
        assert (said[1].reason, said[2].channel) == ("not_on_channel", "email")

    async def test_what_left_and_failed_when_the_window_is_over_has_failed_and_is_not_kept_back(
        self, bench: Bench
    ) -> None:
        await bench.tell(customer(), invoice(), request(channels=("whatsapp", "sms")))
        assert topics(await bench.work(NINE)) == ["message.sent"]
        bench.clock.instant = at("2026-03-09 22:00")
        await callback(bench, "failed", code="provider_failed")
        said = await bench.work(at("2026-03-10 23:00"))
        assert topics(said) == ["message.failed", "message.failed"]
        assert [fact.final for fact in said] == [False, True]
        assert await states(bench) == ("failed", ["failed"])

    async def test_a_provider_s_own_list_of_refusals_counts_as_one(self, bench: Bench) -> None:
        bench.phone.refuse = (422, {"code": "opted_out"})
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        said = await bench.work(NINE)
        assert topics(said) == ["message.failed", "contact.opted_out"]
        assert said[1].source == "provider_list"

    async def test_a_provider_that_hangs_up_is_asked_and_what_it_knows_counts(self, bench: Bench) -> None:
        bench.phone.hang_up = True
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        said = await bench.work(NINE)
        assert topics(said) == ["message.sent"]
        assert said[0].provider_message_id == "p-1"
        assert bench.phone.calls == 1

    async def test_a_provider_that_never_got_it_says_so_three_times_and_the_next_channel_takes_over(
        self, bench: Bench
    ) -> None:
        bench.phone.hang_up = bench.phone.forget = True
        await bench.tell(customer(), invoice(), request(channels=("sms", "email")))
        assert await bench.work(NINE) == []
        assert await bench.work(NINE + timedelta(seconds=30)) == []
        said = await bench.work(NINE + timedelta(seconds=160))
        assert topics(said) == ["message.failed", "message.sent"]
        assert (said[0].reason, said[1].channel) == ("never_got_there", "email")
        assert bench.phone.calls == 1

    async def test_a_callback_settles_what_nobody_knew(self, bench: Bench) -> None:
        bench.phone.hang_up = bench.phone.forget = True
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        await bench.work(NINE)
        await callback(bench, "delivered")
        said = await bench.work(NINE + timedelta(seconds=5))
        assert topics(said) == ["message.sent", "message.delivered"]
        assert await bench.work(at("2026-03-09 17:59")) == []


class TestAnswers:
    async def test_a_reply_that_stops_is_told_and_silences_the_channel_at_once(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        await bench.work(NINE)
        await callback(bench, "reply", text="SAIR", reply_id="r-1")
        said = await bench.work(NINE + timedelta(minutes=1))
        assert topics(said) == ["message.replied", "contact.opted_out"]
        assert (said[0].answer.kind, said[1].source) == ("stop_channel", "reply")
        await bench.tell(request(message=2, step_key="d_minus_0", channels=("sms", "email")))
        (sent,) = await bench.work(at("2026-03-09 10:00"))
        assert sent.channel == "email"

    async def test_a_promise_is_told_with_its_day_and_without_its_words(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        await bench.work(NINE)
        await callback(bench, "reply", text="vou pagar dia 12/03, abs", reply_id="r-1")
        (replied,) = await bench.work(NINE + timedelta(minutes=1))
        assert (replied.answer.kind, replied.answer.promised_on.isoformat()) == ("promise", "2026-03-12")
        assert "abs" not in replied.model_dump_json()
        (row,) = await bench.rows("select text from reply")
        assert row["text"] == "vou pagar dia 12/03, abs"

    async def test_a_wrong_person_is_not_written_to_again(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        await bench.work(NINE)
        await callback(bench, "reply", text="Número errado, não conheço essa pessoa")
        said = await bench.work(NINE + timedelta(minutes=1))
        assert topics(said) == ["message.replied", "contact.invalidated"]
        await bench.tell(request(message=2, step_key="d_minus_0", channels=("sms",)))
        (kept,) = await bench.work(at("2026-03-09 10:00"))
        assert (kept.topic, kept.reason) == ("message.suppressed", "no_usable_contact")


class TestStopping:
    async def test_a_process_that_stops_begins_nothing_and_the_next_one_sends(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        bench.parts.stopping = True
        await bench.work(NINE, turns=1)
        assert bench.mail.inbox == []
        bench.parts.stopping = False
        assert topics(await bench.work(NINE)) == ["message.sent"]

    async def test_closing_waits_for_what_is_under_way(self, bench: Bench) -> None:
        with bench.parts.in_flight():
            closing = asyncio.create_task(bench.parts.close())
            done, _ = await asyncio.wait([closing], timeout=0.05)
            assert not done
        await asyncio.wait_for(closing, 30)


class TestPrivacy:
    async def test_no_fact_and_no_evidence_names_the_debtor(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        await bench.work(NINE)
        payloads = await bench.rows("select convert_from(payload, 'UTF8') as text from outbox")
        entries = await bench.rows("select convert_from(body, 'UTF8') as text from evidence")
        text = " ".join(row["text"] for row in [*payloads, *entries])
        for secret in (email_of(), "Zuleica", "83746510082", "98765"):
            assert secret not in text
