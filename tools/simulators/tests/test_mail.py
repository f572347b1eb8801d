"""The mail provider as a process: real SMTP in, mailboxes and a page to read them, bounces and replies back."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from simulator_listener import Listener, listening
from simulator_processes import Running, clock_at, running, wait

from chassis.clock import VirtualClock

pytestmark = pytest.mark.io


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return clock_at(tmp_path, "2026-03-05T12:00:00+00:00")


@pytest.fixture
def notifier() -> Iterator[Listener]:
    with listening() as one:
        yield one


@pytest.fixture
def provider(tmp_path: Path, clock: VirtualClock, notifier: Listener) -> Iterator[Running]:
    with running("mail", tmp_path / "mail", clock, "--notifier", notifier.url, "--inbound-token", "t") as one:
        yield one


def mail(to: str, name: str = "1") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Escola <cobranca@escola.example.com>"
    message["To"] = to
    message["Reply-To"] = f"r-{name}@escola.example.com"
    message["Subject"] = "Lembrete: sua fatura não está paga"
    message["Message-ID"] = f"<{name}@escola.example.com>"
    message["List-Unsubscribe"] = "<http://127.0.0.1:1/u/token>"
    message.set_content("Olá, Conceição.\nValor: R$ 10,00\n")
    message.add_alternative('<p>Olá, <b>Conceição</b> <img src="http://127.0.0.1:1/o/x.gif"></p>', subtype="html")
    return message


def send(provider: Running, *to: str, name: str = "1") -> dict[str, tuple[int, bytes]]:
    """Send one mail; what comes back are the refused recipients and their replies."""
    host, port = provider.addresses["smtp"].split(":")
    with smtplib.SMTP(host, int(port), timeout=30) as client:
        try:
            return client.send_message(mail(to[0], name), "b-77@escola.example.com", list(to))
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients
        except smtplib.SMTPSenderRefused as refused:
            return {"sender": (refused.smtp_code, refused.smtp_error)}  # type: ignore[dict-item]


def inbox(provider: Running, to: str = "") -> list[dict[str, object]]:
    return provider.get("/messages", params={"to": to, "bodies": "1"}).json()["items"]  # type: ignore[no-any-return]


def test_a_mail_arrives_whole_and_a_person_can_read_it(provider: Running) -> None:
    assert send(provider, "ana.1@example.com") == {}
    (got,) = inbox(provider, "ana.1@example.com")
    assert got["subject"] == "Lembrete: sua fatura não está paga"
    assert got["sender"] == "b-77@escola.example.com"
    assert "Conceição" in str(got["text"])
    assert "o/x.gif" in str(got["html"])
    assert got["headers"]["list-unsubscribe"] == "<http://127.0.0.1:1/u/token>"  # type: ignore[index]
    assert provider.get(f"/raw/{got['id']}.eml").content.startswith(b"From: Escola")
    assert "sua fatura não está paga" in provider.get("/").text
    page = provider.get(f"/view/{got['id']}").text
    assert 'sandbox="allow-popups"' in page
    assert "&lt;b&gt;Conceição" in page
    assert "Nenhuma mensagem" in provider.get("/?to=nobody@example.com").text


def test_addresses_refuse_by_their_local_part(provider: Running, clock: VirtualClock) -> None:
    assert send(provider, "a.naoexiste.1@example.com")["a.naoexiste.1@example.com"][0] == 550
    assert send(provider, "a.caixacheia@example.com")["a.caixacheia@example.com"][0] == 452
    assert send(provider, "a.greylist@example.com")["a.greylist@example.com"][0] == 451
    assert send(provider, "a.greylist@example.com") == {}
    clock.advance(timedelta(days=1))
    assert send(provider, "a.greylist@example.com", name="2")["a.greylist@example.com"][0] == 451
    assert provider.truth("mail.rejected")[0]["subject"] == "a.naoexiste.1@example.com"
    assert len(inbox(provider)) == 1


def test_an_accepted_mail_bounces_later_with_a_standard_notification(
    provider: Running, notifier: Listener, clock: VirtualClock
) -> None:
    assert send(provider, "jose.devolve.2@example.com") == {}
    provider.settle()
    assert (inbox(provider), notifier.received) == ([], [])
    clock.advance(timedelta(minutes=10))
    wait(lambda: notifier.received)
    path, headers, body = notifier.received[0]
    assert (path, headers["authorization"], headers["content-type"]) == (
        "/v1/inbound/mail",
        "Bearer t",
        "message/rfc822",
    )
    assert headers["x-envelope-to"] == "b-77@escola.example.com"
    report = email.message_from_bytes(body, policy=email.policy.default)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    status, original = list(report.iter_parts())[1:]
    fields = list(status.iter_parts())[1]
    assert (fields["Status"], fields["Action"]) == ("5.1.1", "failed")
    assert fields["Final-Recipient"] == "rfc822;jose.devolve.2@example.com"
    assert "<1@escola.example.com>" in original.get_content()


def test_a_recipient_replies_to_where_the_mail_asks(provider: Running, notifier: Listener) -> None:
    send(provider, "ana.1@example.com")
    (got,) = inbox(provider)
    for _ in range(2):
        assert provider.post(f"/messages/{got['id']}/replies", {"text": "Não reconheço esta dívida."}).status_code < 300
    provider.settle()
    ((_, headers, body),) = notifier.received
    assert headers["x-envelope-to"] == "r-1@escola.example.com"
    answer = email.message_from_bytes(body, policy=email.policy.default)
    assert answer["In-Reply-To"] == "<1@escola.example.com>"
    text = answer.get_content()  # type: ignore[attr-defined]
    assert text.startswith("Não reconheço esta dívida.")
    assert "> Valor: R$ 10,00" in text


def test_mails_are_doubled_lost_delayed_and_refused_on_command(provider: Running, clock: VirtualClock) -> None:
    refused = []
    for name, kind in enumerate(("duplicate", "lose", "late", "dead")):
        provider.client.delete(f"{provider.url}/faults")
        provider.fault(kind, minutes=30)
        refused.append(send(provider, f"ana.{name}@example.com", name=str(name)))
    assert refused == [{}, {}, {}, {"sender": (421, b"4.3.2 service not available")}]
    provider.client.delete(f"{provider.url}/faults")
    assert [len(inbox(provider, f"ana.{name}@example.com")) for name in range(4)] == [2, 0, 0, 0]
    clock.advance(timedelta(minutes=30))
    assert [len(inbox(provider, f"ana.{name}@example.com")) for name in range(4)] == [2, 0, 1, 0]
    assert len(provider.truth("mail.accepted")) == 4


def test_mailboxes_survive_a_kill(tmp_path: Path, clock: VirtualClock, provider: Running) -> None:
    send(provider, "ana.1@example.com")
    before = inbox(provider)
    provider.process.kill()
    provider.process.wait()
    with running("mail", tmp_path / "mail", clock) as again:
        assert inbox(again) == before
