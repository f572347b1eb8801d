"""The REST resources of notifier, its public links and what providers hand in, on a real database and real servers."""

import base64
import json
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from notifier_bench import CALLBACK_SECRET, INBOUND_TOKEN, Api
from notifier_facts import TENANT, at, contact_id, customer, email_of, invoice, invoice_id, request, topics
from standardwebhooks import Webhook

from notifier.jobs import count_unknown
from notifier.verify.__main__ import main as verify

pytestmark = pytest.mark.io

NINE = at("2026-03-09 09:00")
TEN = at("2026-03-09 10:00")


async def sent(api: Api, **changes: Any) -> Any:
    """One message that has left."""
    await api.bench.tell(customer(), invoice(), request(**changes))
    said = await api.bench.work(NINE)
    return next(fact for fact in said if fact.topic == "message.sent")


def address(api: Api, pattern: str) -> str:
    """An address in the mail that left."""
    found = re.search(pattern, api.bench.mail.inbox[0].part("html"))
    assert found is not None
    return found.group(1)


async def hand_in(api: Api, mail: EmailMessage | bytes, to: str, *, token: str = INBOUND_TOKEN) -> httpx2.Response:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    headers = {"authorization": f"Bearer {token}", "x-envelope-to": to, "content-type": "message/rfc822"}
    return await api.client.post("/v1/inbound/mail", content=raw, headers=headers)


async def call_back(api: Api, status: str, *, secret: str = CALLBACK_SECRET, **more: Any) -> httpx2.Response:
    taken = api.bench.phone.taken[0]
    body = json.dumps({"id": taken["id"], "client_ref": taken["client_ref"], "status": status, **more})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": f"wh-{status}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(f"wh-{status}", now, body),
    }
    return await api.client.post(f"/v1/callbacks/sms/{TENANT}", content=body, headers=headers)


class TestMessages:
    async def test_a_message_shows_its_attempts_its_events_and_on_request_its_words(self, api: Api) -> None:
        fact = await sent(api)
        (listed,) = (await api.get("/v1/messages", state="sent", invoice_id=invoice_id())).json()["items"]
        assert listed["message_id"] == str(fact.message_id)
        detail = (await api.get(f"/v1/messages/{fact.message_id}")).json()
        assert [attempt["state"] for attempt in detail["attempts"]] == ["accepted"]
        (event,) = detail["events"]
        assert event["facts"]["debt"][0]["open_cents"] == 85_000
        assert email_of() not in json.dumps(detail)
        (content,) = (await api.get(f"/v1/messages/{fact.message_id}/content")).json()
        assert content["recipient"] == email_of()
        assert content["content_hash"] == fact.content_hash

    async def test_another_tenant_sees_nothing(self, api: Api) -> None:
        fact = await sent(api)
        assert (await api.get("/v1/messages", other=True)).json()["items"] == []
        for path in (f"/v1/messages/{fact.message_id}", f"/v1/invoices/{invoice_id()}/evidence"):
            assert (await api.get(path, other=True)).status_code == 404

    async def test_pages_cover_every_message_once(self, api: Api) -> None:
        requests = [request(message=number, step_key=f"step_{number}") for number in range(5)]
        await api.bench.tell(customer(), invoice(), *requests)
        seen: list[str] = []
        page = (await api.get("/v1/messages", limit=2)).json()
        while True:
            seen += [item["message_id"] for item in page["items"]]
            if page["next"] is None:
                break
            page = (await api.get("/v1/messages", limit=2, cursor=page["next"])).json()
        assert len(seen) == len(set(seen)) == 5

    async def test_an_unknown_hand_off_is_listed_and_resolved_by_a_person(self, api: Api) -> None:
        api.bench.mail.drop_data = True
        await api.bench.tell(customer(), invoice(), request(channels=("email",)))
        await api.bench.work(NINE)
        api.bench.clock.instant = TEN
        (unknown,) = (await api.get("/v1/unknown")).json()["items"]
        await count_unknown(api.app.state.kit)
        assert b"regua_handoff_unknown 1.0" in api.app.state.kit.metrics.exposition()
        path = f"/v1/unknown/{unknown['attempt_id']}/resolve"
        assert (await api.send("POST", path, {"outcome": "sent"})).status_code == 200
        assert topics(await api.bench.said()) == ["message.sent"]
        assert (await api.send("POST", path, {"outcome": "sent"})).status_code == 409
        assert (await api.get("/v1/unknown")).json()["items"] == []


class TestTracking:
    async def test_a_person_s_open_is_told_once_and_every_one_is_kept(self, api: Api) -> None:
        await sent(api)
        pixel = address(api, r'src="(https://n.example/o/[^"]+)"')
        api.bench.clock.instant = TEN
        for _ in range(3):
            answer = await api.visit(pixel)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        (opened,) = await api.bench.work()
        assert (opened.topic, opened.engagement.verdict) == ("message.opened", "human")
        rows = await api.bench.rows("select 1 from evidence where kind = 'opened'")
        assert len(rows) == 3

    async def test_a_privacy_proxy_s_fetch_is_told_as_a_machine_s(self, api: Api) -> None:
        await sent(api)
        api.bench.clock.instant = TEN
        await api.visit(address(api, r'src="(https://n.example/o/[^"]+)"'), agent="Mozilla/5.0")
        (opened,) = await api.bench.work()
        assert (opened.engagement.verdict, opened.engagement.verdict_reason) == ("machine", "apple_privacy_proxy")

    async def test_a_link_shows_how_to_pay_and_names_what_it_was_for(self, api: Api) -> None:
        await sent(api)
        link = address(api, r'<a href="(https://n.example/c/[^"]+)"[^>]*>Pagar com Pix')
        api.bench.clock.instant = TEN
        answer = await api.visit(link)
        assert answer.status_code == 200
        assert "00020101021226810014br.gov.bcb.pix" in answer.text
        (clicked,) = await api.bench.work()
        assert (clicked.topic, clicked.target, clicked.engagement.verdict) == ("message.clicked", "pix", "human")

    async def test_whoever_follows_the_hidden_link_is_a_machine(self, api: Api) -> None:
        await sent(api)
        api.bench.clock.instant = TEN
        await api.visit(address(api, r'<a href="(https://n.example/c/[^"]+)" tabindex'))
        (clicked,) = await api.bench.work()
        assert clicked.engagement.verdict_reason == "hidden_link_followed"

    async def test_a_changed_or_foreign_link_tells_nothing_and_leaves_no_trace(self, api: Api) -> None:
        await sent(api)
        link = address(api, r'<a href="(https://n.example/c/[^"]+)"')
        assert (await api.visit(link[:-1] + ("A" if link[-1] != "A" else "B"))).status_code == 404
        assert (await api.visit(link.replace("/c/", "/u/"))).status_code == 404
        assert (await api.visit("/o/nothing.gif")).status_code == 200
        assert await api.bench.work() == []

    async def test_a_link_is_no_longer_valid_after_half_a_year(self, api: Api) -> None:
        await sent(api)
        link = address(api, r'<a href="(https://n.example/c/[^"]+)"')
        api.bench.clock.instant = at("2026-09-09 09:00")
        assert (await api.visit(link)).status_code == 404

    async def test_looking_at_the_unsubscribe_page_refuses_nothing_and_its_button_does(self, api: Api) -> None:
        await sent(api)
        page = address(api, r'href="(https://n.example/u/[^"]+)"')
        assert "<form" in (await api.visit(page)).text
        assert await api.bench.work() == []
        assert (await api.visit(page, method="POST")).status_code == 200
        assert (await api.visit(page, method="POST", body="List-Unsubscribe=One-Click")).status_code == 200
        (refused,) = await api.bench.work()
        assert (refused.topic, refused.source, refused.contact_id) == (
            "contact.opted_out",
            "unsubscribe_link",
            contact_id("email"),
        )
        await api.bench.tell(request(message=2, step_key="d_minus_0"))
        (next_one,) = await api.bench.work(TEN)
        assert next_one.channel == "whatsapp"

    async def test_one_click_in_the_mail_program_is_told_as_that(self, api: Api) -> None:
        await sent(api)
        page = api.bench.mail.inbox[0].message["list-unsubscribe"].strip("<>")
        await api.visit(page, method="POST", body="List-Unsubscribe=One-Click")
        (refused,) = await api.bench.work()
        assert refused.source == "one_click_header"


def bounce(status: str, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mail.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.test\r\n\r\n"
        f"Final-Recipient: rfc822; someone@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--x--\r\n"
    ).encode()


class TestReturnedMail:
    async def test_a_bounce_invalidates_the_contact_and_the_next_channel_takes_over(self, api: Api) -> None:
        await sent(api)
        answer = await hand_in(api, bounce("5.1.1"), api.bench.mail.inbox[0].sender)
        assert (answer.status_code, answer.json()) == (202, {"known": True})
        said = await api.bench.work(TEN)
        assert topics(said) == ["message.failed", "contact.invalidated", "message.sent"]
        assert (said[0].status_code, said[2].channel) == ("5.1.1", "whatsapp")
        await hand_in(api, bounce("5.1.1"), api.bench.mail.inbox[0].sender)
        assert await api.bench.work(TEN) == []

    async def test_a_delivery_report_proves_delivery(self, api: Api) -> None:
        await sent(api)
        await hand_in(api, bounce("2.0.0", "delivered"), api.bench.mail.inbox[0].sender)
        (delivered,) = await api.bench.work(TEN)
        assert (delivered.topic, delivered.proof) == ("message.delivered", "smtp_dsn")

    async def test_an_answer_by_mail_is_understood_without_what_it_quotes(self, api: Api) -> None:
        await sent(api)
        mail = EmailMessage()
        mail["From"], mail["Subject"] = email_of(), "Re: Lembrete"
        mail.set_content("Já paguei ontem.\n\nEm 9 de mar. Escola escreveu:\n> não quero receber\n> SAIR\n")
        await hand_in(api, mail, api.bench.mail.inbox[0].message["reply-to"])
        (replied,) = await api.bench.work(TEN)
        assert replied.answer.kind == "says_paid"

    async def test_an_automatic_answer_is_no_answer(self, api: Api) -> None:
        await sent(api)
        mail = EmailMessage()
        mail["Auto-Submitted"] = "auto-replied"
        mail.set_content("Estou de férias, vou pagar dia 12/03")
        await hand_in(api, mail, api.bench.mail.inbox[0].message["reply-to"])
        assert await api.bench.work(TEN) == []

    async def test_a_spam_complaint_ends_the_channel(self, api: Api) -> None:
        await sent(api)
        raw = b'Content-Type: multipart/report; report-type=feedback-report; boundary="x"\r\n\r\n--x--\r\n'
        await hand_in(api, raw, api.bench.mail.inbox[0].sender)
        (refused,) = await api.bench.work(TEN)
        assert (refused.topic, refused.source) == ("contact.opted_out", "complaint")

    async def test_mail_without_the_token_or_for_nobody_changes_nothing(self, api: Api) -> None:
        await sent(api)
        assert (await hand_in(api, bounce("5.1.1"), api.bench.mail.inbox[0].sender, token="x")).status_code == 401
        forged = await hand_in(api, bounce("5.1.1"), "b-0123456789abcdef@notify.example")
        assert (forged.status_code, forged.json()) == (202, {"known": False})
        assert await api.bench.work(TEN) == []


class TestCallbacks:
    async def test_a_signed_callback_is_kept_and_applied_once(self, api: Api) -> None:
        await sent(api, channels=("sms",))
        assert (await call_back(api, "delivered")).status_code == 200
        assert (await call_back(api, "delivered")).status_code == 200
        assert topics(await api.bench.work(TEN)) == ["message.delivered"]
        (row,) = await api.bench.rows("select outcome from raw_callback")
        assert row["outcome"] == "delivered"

    async def test_a_callback_under_another_secret_is_refused_and_not_kept(self, api: Api) -> None:
        await sent(api, channels=("sms",))
        other = "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode()
        assert (await call_back(api, "delivered", secret=other)).status_code == 401
        assert await api.bench.rows("select 1 from raw_callback") == []

    @pytest.mark.parametrize("signature", ["", "v1", "v1,###", "v2,x", "é"])
    async def test_hostile_signature_headers_are_all_the_same_refusal(self, api: Api, signature: str) -> None:
        headers = [
            (b"webhook-id", b"x"),
            (b"webhook-timestamp", b"1"),
            (b"webhook-signature", signature.encode("latin-1")),
        ]
        answer = await api.client.post(f"/v1/callbacks/sms/{TENANT}", content=b"{}", headers=headers)
        assert answer.status_code == 401


class TestEvidence:
    async def test_an_invoice_s_evidence_verifies_offline_and_any_change_is_found(
        self, api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await sent(api)
        await api.bench.tell(customer(2), invoice(2, owner=2), request(2, owner=2, message=2))
        await api.bench.work(TEN)
        await api.visit(address(api, r'<a href="(https://n.example/c/[^"]+)"'))
        await api.bench.work()
        answer = await api.get(f"/v1/invoices/{invoice_id()}/evidence")
        file = tmp_path / "evidence.jsonl"
        file.write_bytes(answer.content)
        assert verify([str(file)]) == 0
        assert "whole" in capsys.readouterr().out
        lines = file.read_text().splitlines()
        assert {json.loads(line)["type"] for line in lines} == {"evidence", "entry", "link"}
        tampered = file.read_text().replace('\\"open_cents\\":85000', '\\"open_cents\\":85001')
        assert tampered != file.read_text()
        for text in (tampered, "\n".join(lines[:2] + lines[3:]), "\n".join(lines[:-1])):
            file.write_text(text)
            assert verify([str(file)]) == 1
        assert email_of() not in answer.text

    async def test_the_summary_says_who_got_what_when(self, api: Api) -> None:
        await sent(api)
        text = (await api.get(f"/v1/invoices/{invoice_id()}/evidence", form="text")).text
        assert "handed over by email (smtp)" in text
        assert (await api.get(f"/v1/invoices/{UUID(int=404)}/evidence")).status_code == 404


class TestSuppressions:
    async def test_an_operator_silences_a_channel_and_allows_it_again(self, api: Api) -> None:
        await api.bench.tell(customer(), invoice())
        body = {"customer_id": str(request().customer_id), "channel": "email"}
        made = await api.send("POST", "/v1/suppressions", body)
        assert (made.status_code, made.json()["reason"]) == (201, "operator")
        assert topics(await api.bench.said()) == ["contact.opted_out"]
        again = await api.send("POST", "/v1/suppressions", body)
        assert again.json()["suppression_id"] == made.json()["suppression_id"]
        await api.bench.tell(request())
        (fact,) = await api.bench.work(NINE)
        assert fact.channel == "whatsapp"
        path = f"/v1/suppressions/{made.json()['suppression_id']}"
        assert (await api.send("DELETE", path)).status_code == 200
        assert (await api.get("/v1/suppressions", active=True)).json()["items"] == []


TEXT = {
    "subject": "Fatura {{ invoice.document }}",
    "text": "Caro {{ debtor.first_name }}: {{ total }}\n{{ items }}",
    "html": "<p>Caro {{ debtor.first_name }}</p>{{ items }}",
    "short": "{{ title }} {{ total }} {{ supplier_line }}",
}


class TestTemplates:
    async def test_a_template_is_drafted_checked_published_and_used(self, api: Api) -> None:
        made = await api.send("POST", "/v1/templates/reminder/pt-BR/draft", {**TEXT, "short": "{{ title }}"})
        assert (made.status_code, made.json()["template_version"]) == (201, 2)
        refused = await api.send("POST", "/v1/templates/reminder/pt-BR/publish")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] == "supplier_missing"
        path = "/v1/templates/reminder/pt-BR/draft"
        assert (await api.send("PUT", path, TEXT)).status_code == 428
        assert (await api.send("PUT", path, TEXT, **{"if-match": made.headers["etag"]})).status_code == 200
        published = await api.send("POST", "/v1/templates/reminder/pt-BR/publish")
        assert published.json()["state"] == "published"
        fact = await sent(api)
        assert fact.template.template_version == 2
        assert api.bench.mail.inbox[0].message["subject"] == "Fatura 2026/20411"

    @pytest.mark.parametrize(
        "short",
        [
            "{{ ''.__class__.__mro__ }}",
            "{% for i in range(10) %}x{% endfor %}",
            "{{ 'x' * 10 }}",
            "{{ secrets }}",
            "{% include 'x' %}",
            "{{ title",
            "{{ title | pprint }}",
            "{{ supplier_line }} {{ invoice.nothing }}",
        ],
    )
    async def test_a_template_reaches_for_nothing_but_its_letter(self, api: Api, short: str) -> None:
        body = {"channel": "sms", "document": {**TEXT, "short": short}}
        answer = await api.send("POST", "/v1/templates/reminder/preview", body)
        assert answer.status_code == 422

    async def test_a_preview_shows_a_real_invoice_to_nobody(self, api: Api) -> None:
        await api.bench.tell(customer(), invoice())
        body = {"channel": "email", "invoice_id": str(invoice_id())}
        answer = (await api.send("POST", "/v1/templates/reminder/preview", body)).json()
        assert "2026/20411" in answer["text"]
        assert email_of() not in json.dumps(answer)
        assert api.bench.mail.inbox == []
        built_in = (await api.get("/v1/templates/built-in")).json()
        assert len(built_in) == 16
