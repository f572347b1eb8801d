"""From a request to a provider: the last gate, one hand-off, and the facts told, on a real database and real servers."""

from datetime import timedelta
from typing import Any

import pytest
from notifier_bench import Bench
from notifier_facts import (
    OTHER,
    TENANT,
    at,
    contact_id,
    customer,
    customer_id,
    email_of,
    invoice,
    invoice_id,
    paid,
    request,
    topics,
)

from contracts import registry
from notifier.handlers import sending

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

    async def test_a_mail_can_be_refused_with_one_click_and_says_that_a_machine_wrote_it(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        await bench.work(NINE)
        (mail,) = bench.mail.inbox
        assert mail.message["list-unsubscribe"].startswith("<https://n.example/u/")
        assert mail.message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert mail.message["auto-submitted"] == "auto-generated"
        assert mail.sender.startswith("b-")
        assert mail.message["reply-to"].startswith("r-")
        assert len(mail.sender.partition("@")[0]) <= 64

    async def test_the_text_names_today_s_amount_with_fine_and_interest(self, bench: Bench) -> None:
        late = {
            "not_before": at("2026-03-20 09:00").isoformat(),
            "not_after": at("2026-03-20 18:00").isoformat(),
            "expires_at": at("2026-03-21 18:00").isoformat(),
        }
        await bench.tell(customer(), invoice(), request(template_key="overdue_first", purpose="overdue", **late))
        (sent,) = await bench.work(at("2026-03-20 09:00"))
        assert sent.quoted[0].amount_cents == 85_000 + 1_700 + 280
        assert "R$ 869,80" in bench.mail.inbox[0].part("plain")

    async def test_several_invoices_are_one_letter_with_a_list_and_a_total(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(1), invoice(2, amount_cents=85_000), request(1, 2))
        (sent,) = await bench.work(NINE)
        assert set(sent.invoice_ids) == {invoice_id(1), invoice_id(2)}
        assert "Total: R$ 1.700,00" in bench.mail.inbox[0].part("plain")

    async def test_a_part_payment_is_taken_off_the_amount(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(customer(), issued, paid(issued, cents=35_000), request(open_cents=50_000))
        (sent,) = await bench.work(NINE)
        assert sent.quoted[0].amount_cents == 50_000

    async def test_thanks_leave_for_a_paid_invoice(self, bench: Bench) -> None:
        issued = invoice()
        await bench.tell(
            customer(), issued, paid(issued), request(purpose="thanks", template_key="thanks", open_cents=0)
        )
        (sent,) = await bench.work(NINE)
        assert sent.quoted[0].amount_cents == 0
        assert "Recebemos o pagamento" in bench.mail.inbox[0].part("plain")


class TestGate:
    async def test_a_payment_seconds_before_the_message_keeps_it_back(self, bench: Bench) -> None:
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

    async def test_after_six_hours_of_stale_facts_the_message_goes_back_to_the_regua(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        assert await bench.work(NINE, fresh=False, turns=1) == []
        assert await bench.work(at("2026-03-09 15:00"), fresh=False, turns=1) == []
        (kept,) = await bench.work(at("2026-03-09 15:01"), fresh=False, turns=1)
        assert (kept.topic, kept.reason, kept.checks[-1]) == ("message.suppressed", "stale_facts", "stale_facts")

    async def test_a_message_without_a_template_is_kept_back_and_says_so(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(template_key="nobody.wrote.it"))
        (kept,) = await bench.work(NINE)
        assert (kept.topic, kept.reason) == ("message.suppressed", "template_invalid")

    async def test_each_recipient_of_a_channel_gets_a_letter_of_their_own(self, bench: Bench) -> None:
        await bench.tell(customer(), customer(2), invoice())
        both: Any = request(channels=("email",))
        third = contact_id("email", 3)
        plan = both.channels[0].model_copy(update={"contact_ids": (contact_id("email"), third)})
        person: Any = customer(version=2)
        contacts = [*person.customer.contacts, person.customer.contacts[0].model_copy(update={"contact_id": third})]
        address = person.customer.personal.addresses[0].model_copy(
            update={"contact_id": third, "address": "socio@canary.example"}
        )
        personal = person.customer.personal.model_copy(
            update={"addresses": (*person.customer.personal.addresses, address)}
        )
        changed = person.customer.model_copy(update={"contacts": tuple(contacts), "personal": personal})
        await bench.tell(person.model_copy(update={"customer": changed}))
        await bench.tell(both.model_copy(update={"channels": (plan,)}))
        said = await bench.work(NINE)
        assert [(fact.topic, fact.attempt) for fact in said] == [("message.sent", 1), ("message.sent", 2)]
        assert {mail.recipient for mail in bench.mail.inbox} == {email_of(), "socio@canary.example"}

    async def test_one_silent_producer_is_enough_to_hold(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        bench.clock.instant = NINE
        await bench.mark(producers=("invoicing", "dunning"))
        assert await bench.work(fresh=False, turns=1) == []
        await bench.mark(producers=("payments",))
        assert topics(await bench.work(NINE + timedelta(seconds=1), fresh=False)) == ["message.sent"]

    async def test_a_watermark_proves_nothing_before_our_own_positions_have_passed_it(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        bench.clock.instant = NINE
        await bench.mark(positions=[("payment.allocated", 3, 17)])
        assert await bench.work(fresh=False, turns=1) == []
        await bench.at_position("payment.allocated", 3, 17)
        assert await bench.work(NINE + timedelta(seconds=1), fresh=False, turns=1) == []
        await bench.at_position("payment.allocated", 3, 18)
        assert topics(await bench.work(NINE + timedelta(seconds=2), fresh=False)) == ["message.sent"]

    async def test_nobody_is_reminded_before_the_psp_was_swept_after_an_outage(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        bench.clock.instant = NINE
        name, stranger = f"psp.{TENANT.hex}.000000000001", f"psp.{OTHER.hex}.000000000001"
        await bench.mark(sources={name: NINE - timedelta(hours=1), stranger: NINE})
        assert await bench.work(fresh=False, turns=1) == []
        bench.clock.instant = NINE + timedelta(seconds=1)
        await bench.mark(sources={name: NINE - timedelta(minutes=5), stranger: NINE - timedelta(hours=9)})
        assert topics(await bench.work(fresh=False)) == ["message.sent"]

    async def test_a_parked_debtor_is_held_whatever_the_watermarks_say(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        await bench.rows(
            "insert into parked_key (key, reason, detail, topic, parked_at) values ($1, 'a', 'b', 'c', $2)",
            str(customer_id()).encode(),
            NINE,
        )
        assert await bench.work(NINE, turns=1) == []
        assert bench.mail.inbox == []

    async def test_a_request_that_overtook_its_debtor_waits_for_the_debtor(self, bench: Bench) -> None:
        await bench.tell(request())
        assert await bench.work(NINE, turns=1) == []
        await bench.tell(customer(), invoice())
        assert topics(await bench.work(at("2026-03-09 09:01"))) == ["message.sent"]

    async def test_a_held_case_is_silent_and_its_release_is_not_needed_for_others(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), held(), request())
        (kept,) = await bench.work(NINE)
        assert kept.reason == "held"

    async def test_a_release_that_came_first_counts(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), released(), held(), request())
        assert topics(await bench.work(NINE)) == ["message.sent"]

    async def test_an_erased_debtor_gets_nothing_and_the_words_of_old_letters_are_gone(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(), request(message=2, step_key="d_minus_0"))
        assert topics(await bench.work(NINE)) == ["message.sent", "message.sent"]
        await bench.tell(erased(), request(message=3, step_key="d_plus_1"))
        kept = [fact for fact in await bench.work(at("2026-03-09 10:00")) if fact.topic == "message.suppressed"]
        assert [fact.reason for fact in kept] == ["customer_erased"]
        rows = await bench.rows("select recipient, subject, body_text, body_html, content_hash from content")
        assert {tuple(row)[:4] for row in rows} == {(None, None, None, None)}
        assert all(row["content_hash"] for row in rows)

    async def test_a_channel_is_silent_outside_the_lawful_hours_of_the_state(self, bench: Bench) -> None:
        early = {
            "not_before": at("2026-03-09 05:00").isoformat(),
            "not_after": at("2026-03-09 18:00").isoformat(),
        }
        await bench.tell(customer(), invoice(), request(channels=("sms",), **early))
        assert await bench.work(at("2026-03-09 05:00"), turns=3) == []
        assert bench.phone.calls == 0
        assert topics(await bench.work(at("2026-03-09 12:00"))) == ["message.sent"]


class TestOnce:
    async def test_a_crash_after_the_claim_never_sends_twice(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bench.tell(customer(), invoice(), request())
        hand_over = sending.hand_over

        async def crash(*_: Any, **__: Any) -> None:
            raise ConnectionResetError

        monkeypatch.setattr(sending, "hand_over", crash)
        bench.clock.instant = NINE
        await bench.mark()
        with pytest.raises(ConnectionResetError):
            await bench.scheduler.turn()
        monkeypatch.setattr(sending, "hand_over", hand_over)
        (failed,) = await bench.work(NINE)
        assert (failed.topic, failed.failure, failed.final) == ("message.failed", "unknown", True)
        assert bench.mail.inbox == []
        (row,) = await bench.rows("select state from message")
        assert row["state"] == "unknown"

    async def test_a_process_that_dies_after_the_hand_off_asks_the_provider_and_never_sends_twice(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bench.tell(customer(), invoice(), request(channels=("sms",)))
        record = sending.record

        async def die(*_: Any) -> None:
            bench.parts.outcomes.clear()  # what the process remembered dies with it
            raise ConnectionResetError

        monkeypatch.setattr(sending, "record", die)
        bench.clock.instant = NINE
        await bench.mark()
        with pytest.raises(ConnectionResetError):
            await bench.scheduler.turn()
        monkeypatch.setattr(sending, "record", record)
        (sent,) = await bench.work(NINE)
        assert (sent.topic, sent.provider_message_id) == ("message.sent", "p-1")
        assert bench.phone.calls == 1

    async def test_what_a_provider_answered_survives_a_database_that_fails_afterwards(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bench.tell(customer(), invoice(), request())
        record = sending.record

        async def broken(*_: Any) -> None:
            raise ConnectionResetError

        monkeypatch.setattr(sending, "record", broken)
        bench.clock.instant = NINE
        await bench.mark()
        with pytest.raises(ConnectionResetError):
            await bench.scheduler.turn()
        monkeypatch.setattr(sending, "record", record)
        assert topics(await bench.work(NINE)) == ["message.sent"]
        assert len(bench.mail.inbox) == 1

    async def test_the_same_step_asked_for_by_another_message_is_already_sent(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request(channels=("email",)))
        await bench.work(NINE)
        await bench.tell(request(message=2, channels=("email",)))
        (kept,) = await bench.work(at("2026-03-09 09:10"))
        assert (kept.topic, kept.reason) == ("message.suppressed", "already_sent")
        assert len(bench.mail.inbox) == 1

    async def test_the_same_request_told_again_changes_nothing(self, bench: Bench) -> None:
        await bench.tell(customer(), invoice(), request())
        await bench.work(NINE)
        await bench.tell(customer(), invoice(), request())
        assert await bench.work(at("2026-03-09 09:30")) == []

    async def test_a_verdict_that_grew_old_is_asked_again_and_then_sent(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bench.tell(customer(), invoice(), request())
        hand_over = sending.hand_over
        late = True

        async def slow(parts: Any, claims: Any, *, begin_until: float) -> Any:
            nonlocal late
            until, late = (0.0 if late else begin_until), False
            return await hand_over(parts, claims, begin_until=until)

        monkeypatch.setattr(sending, "hand_over", slow)
        (sent,) = await bench.work(NINE)
        assert (sent.topic, sent.attempt) == ("message.sent", 2)
        rows = await bench.rows("select state from attempt order by attempt")
        assert [row["state"] for row in rows] == ["not_started", "accepted"]
        assert len(bench.mail.inbox) == 1

    async def test_two_hundred_messages_leave_together_each_once(self, bench: Bench) -> None:
        facts: list[Any] = []
        for number in range(1, 201):
            facts += [
                customer(number),
                invoice(number, owner=number),
                request(number, owner=number, message=number, channels=("email", "sms") if number % 2 else ("sms",)),
            ]
        await bench.tell_all(facts)
        said = await bench.work(NINE, turns=400)
        assert topics(said) == ["message.sent"] * 200
        assert len({fact.message_id for fact in said}) == 200
        assert (len(bench.mail.inbox), len(bench.phone.taken)) == (100, 100)


class TestTenants:
    async def test_another_tenant_s_message_is_its_own(self, bench: Bench) -> None:
        for tenant in (OTHER,):
            await bench.tell(customer(), invoice(), request(), tenant=tenant)
        await bench.work(NINE)
        assert await bench.rows("select 1 from message") == []
        assert len(await bench.rows("select 1 from message", tenant=OTHER)) == 1


def held() -> Any:
    return registry.topic("case.held").payload.model_validate(
        _case("held")
        | {
            "reason": "dispute",
            "owner": {"kind": "queue", "id": "disputes"},
            "held_from": at("2026-03-09 08:00").isoformat(),
            "review_on": "2026-03-20",
        }
    )


def released() -> Any:
    return registry.topic("case.released").payload.model_validate(
        _case("released") | {"reason": "dispute", "cause": "operator", "still_held": False}
    )


def _case(_: str) -> dict[str, Any]:
    return {
        "case_id": str(contact_id("case")),
        "case_version": 2,
        "customer_id": str(customer_id()),
        "invoice_id": str(invoice_id()),
        "hold_id": str(contact_id("hold")),
    }


def erased() -> Any:
    return registry.topic("customer.erased").payload.model_validate(
        {
            "customer_id": str(customer_id()),
            "customer_version": 9,
            "reason": "data_subject_request",
            "requested_on": "2026-03-09",
        }
    )
