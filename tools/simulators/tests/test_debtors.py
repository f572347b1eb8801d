"""The debtors as a process, with all the other simulators beside them: they read, open, pay, promise and contest."""

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from boletos import registration
from simulator_listener import Listener, listening
from simulator_processes import Running, clock_at, running

from chassis.clock import VirtualClock
from simulators.debtors.population import Debt, Debtor, read_population
from simulators.debtors.portfolio import write_portfolio

pytestmark = pytest.mark.io

SEED = 4
KEY = "cobranca@escola.example.com"


@dataclass
class Town:
    """Everybody, and the company's own part played by the test."""

    clock: VirtualClock
    bank: Running
    psp: Running
    mail: Running
    messages: Running
    debtors: Running
    web: Listener
    people: list[Debtor]
    stack: ExitStack

    def tick(self, day: str, hour: int = 12) -> dict[str, int]:
        """Let the debtors act at this hour of a day in São Paulo (three hours behind UTC)."""
        instant = datetime.fromisoformat(day).replace(hour=0, tzinfo=UTC) + timedelta(hours=hour + 3)
        if instant > self.clock.now():
            self.clock.set(instant)
        answer = self.debtors.post("/tick")
        assert answer.status_code == 200, answer.text
        return answer.json()["by_kind"]  # type: ignore[no-any-return]


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    path = tmp_path / "portfolio.csv"
    write_portfolio(path, customers=60, invoices=60, seed=SEED, start=date(2026, 3, 2))
    return path


@pytest.fixture
def town(tmp_path: Path, portfolio: Path) -> Iterator[Town]:
    clock = clock_at(tmp_path, "2026-03-02T09:00:00+00:00")
    with ExitStack() as stack:
        web = stack.enter_context(listening())
        more = {"mail": ("--notifier", web.url)}
        outside = {
            name: stack.enter_context(running(name, tmp_path / name, clock, *more.get(name, ()), seed=SEED))
            for name in ("bank", "psp", "mail", "messages")
        }
        given = [option for name, one in outside.items() for option in (f"--{name}", one.url)]
        options = (*given, "--portfolio", str(portfolio))
        debtors = stack.enter_context(running("debtors", tmp_path / "debtors", clock, *options, seed=SEED))
        people = read_population(portfolio, SEED).debtors
        made = Town(clock, **outside, debtors=debtors, web=web, people=people, stack=stack)
        authorise(made)
        yield made


def authorise(town: Town) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    token = town.psp.client.post(f"{town.psp.url}/oauth/token", data=form).json()["access_token"]
    town.psp.client.headers["authorization"] = f"Bearer {token}"


def bill(town: Town, debtor: Debtor, debt: Debt, number: int) -> tuple[str, str]:
    """Register a debt at bank and PSP; its line and its Pix code."""
    who = {"name": "Fulano", "tax_id": debtor.tax_id, "uf": "SP", "city_code": "3550308"}
    document = {"document": debt.document_number, "payer": who}
    path, body = registration(number, due_on=debt.due_on, amount_cents=debt.amount_cents, **document)
    assert town.bank.client.put(f"{town.bank.url}/v1/boletos/{path}", json=body).status_code == 201
    kind = "cpf" if len(debtor.tax_id) == 11 else "cnpj"
    cobv = {
        "calendario": {"dataDeVencimento": debt.due_on.isoformat(), "validadeAposVencimento": 60},
        "devedor": {kind: debtor.tax_id, "nome": "Fulano"},
        "valor": {"original": f"{debt.amount_cents // 100}.{debt.amount_cents % 100:02d}"},
        "chave": KEY,
    }
    made = town.psp.client.put(f"{town.psp.url}/v2/cobv/{number:032d}", json=cobv)
    assert made.status_code == 201, made.text
    return body["linha_digitavel"], made.json()["pixCopiaECola"]


def send(town: Town, to: str, line: str, code: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "cobranca@escola.example.com", to, "Sua fatura"
    message["Reply-To"] = "r-1@escola.example.com"
    message["Message-ID"] = f"<{line}@escola.example.com>"
    message["List-Unsubscribe"] = f"<{town.web.url}/u/1>"
    message.set_content(f"Pix copia e cola:\n{code}\nLinha digitável: {line}\n")
    page = f'<a href="{town.web.url}/c/1">Pagar</a><img src="{town.web.url}/o/1.gif">'
    message.add_alternative(page, subtype="html")
    host, port = town.mail.addresses["smtp"].split(":")
    with smtplib.SMTP(host, int(port), timeout=30) as client:
        client.send_message(message, "b-1@escola.example.com", [to])


def first(town: Town, profile: str) -> tuple[Debtor, Debt]:
    found = [
        (one, one.debts[0])
        for one in town.people
        if one.profile == profile and date(2026, 3, 6) <= one.debts[0].due_on < date(2026, 5, 1)
    ]
    return sorted(found, key=lambda pair: pair[1].due_on)[0]


def days(start: date, count: int) -> list[str]:
    return [(start + timedelta(number)).isoformat() for number in range(count)]


def live(town: Town, start: date, count: int) -> dict[str, int]:
    """What debtors did on these days; a second tick at the same instant does nothing."""
    done: dict[str, int] = {}
    for day in days(start, count):
        for hour in (9, 15, 20):
            for kind, number in town.tick(day, hour).items():
                done[kind] = done.get(kind, 0) + number
        assert town.tick(day, 20) == {}
    return done


def test_debtors_pay_promise_and_contest_each_as_they_are_and_go_on_after_a_kill(
    town: Town, tmp_path: Path, portfolio: Path
) -> None:
    punctual, tight, disputing = first(town, "punctual"), first(town, "tight"), first(town, "disputing")
    bills = {one.external_id: bill(town, one, debt, number) for number, (one, debt) in enumerate((punctual, tight), 1)}
    start = min(debt.due_on for _, debt in (punctual, tight, disputing)) - timedelta(4)
    end = max(debt.due_on for _, debt in (punctual, tight, disputing)) + timedelta(25)

    # A provider out of order is an answer; the next tick makes up for it.
    town.mail.fault("dead")
    assert town.debtors.post("/tick").json()["code"] == "outside"
    town.mail.client.delete(f"{town.mail.url}/faults")
    town.tick(start.isoformat(), 6)

    # Written to: the tight one by mail when it is late, the disputing one by WhatsApp, twice.
    done: dict[str, int] = {}
    for day in (start + timedelta(number) for number in range((end - start).days)):
        if day == tight[1].due_on + timedelta(2):
            town.clock.set(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=11))
            send(town, tight[0].email, *bills[tight[0].external_id])
        if day in (disputing[1].due_on, disputing[1].due_on + timedelta(1)):
            town.clock.set(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=11))
            text = {"channel": "whatsapp", "to": disputing[0].phone, "text": "Sua fatura."}
            assert town.messages.post("/v1/messages", {"client_ref": str(day), **text}).status_code == 202
        for kind, number in live(town, day, 1).items():
            done[kind] = done.get(kind, 0) + number
        if day == punctual[1].due_on - timedelta(4):
            planned = town.debtors.get("/summary").json()["planned"]
            town.debtors.process.kill()
            town.debtors.process.wait()
            town.debtors = restarted(town, tmp_path, portfolio)
            assert town.debtors.get("/summary").json()["planned"] == planned

    # Each paid once, in full, whatever way it chose; nobody else was billed.
    assert sum(number for kind, number in done.items() if kind.startswith("pay_")) == 2
    at_bank = [line["subject"] for line in town.bank.truth("title.paid")]
    at_psp = [line["body"]["pix"]["txid"] for line in town.psp.truth("pix.received")]
    assert len(at_bank) + len(at_psp) == 2
    assert done["dispute"] == done["promise"] == 1
    (contested,) = town.messages.truth("message.replied")
    assert contested["body"]["text"] in ("Não reconheço esta cobrança.", "I do not owe this.")
    town.mail.settle()
    (inbound,) = [body.decode() for path, _, body in town.web.received if path == "/v1/inbound/mail"]
    assert "vou pagar no dia" in inbound or "I will pay on" in inbound
    fetched = [path for path, _, _ in town.web.received if path.startswith(("/o/", "/c/"))]
    assert len(fetched) == sum(done.get(kind, 0) for kind in ("open", "click", "prefetch"))
    summary: dict[str, Any] = town.debtors.get("/summary").json()
    assert (sum(summary["profiles"].values()), summary["paid"]) == (60, 2)


def restarted(town: Town, tmp_path: Path, portfolio: Path) -> Running:
    outside = {"bank": town.bank, "psp": town.psp, "mail": town.mail, "messages": town.messages}
    given = [option for name, one in outside.items() for option in (f"--{name}", one.url)]
    options = (*given, "--portfolio", str(portfolio))
    return town.stack.enter_context(running("debtors", tmp_path / "debtors", town.clock, *options, seed=SEED))
