"""What comes back by mail: reports read as hostile input, answers understood by their words."""

from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain import bounces
from notifier.domain.replies import dates_in, fold, own_words, understand
from notifier.handlers.inbound import text_of, token_of

TODAY = date(2026, 3, 9)  # a Monday


def report(body: str) -> bytes:
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: message/delivery-status\r\n\r\n{body}\r\n--x--\r\n"
    ).encode()


class TestReports:
    @pytest.mark.parametrize(
        ("body", "action", "status", "unknown"),
        [
            ("Reporting-MTA: dns; a\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n", "failed", "5.1.1", True),
            ("Reporting-MTA: dns; a\r\n\r\nAction: failed\r\nStatus: 5.2.2 (full)\r\n", "failed", "5.2.2", False),
            ("X: y\r\n\r\nAction: delayed\r\nStatus: 4.4.1\r\n", "delayed", "4.4.1", False),
            ("X: y\r\n\r\nACTION: Delivered\r\nStatus: 2.0.0\r\n", "delivered", "2.0.0", False),
            (
                "X: y\r\n\r\nAction: failed\r\nStatus: none\r\nDiagnostic-Code: smtp; 550 5.1.10 null MX\r\n",
                "failed",
                "5.1.10",
                True,
            ),
            ("X: y\r\n\r\nAction: failed\r\n", "failed", None, False),
        ],
    )
    def test_the_action_and_the_status_are_read(
        self, body: str, action: str, status: str | None, unknown: bool
    ) -> None:
        found = bounces.report_in(bounces.parse(report(body)))
        assert found is not None
        assert (found.action, found.status_code, found.mailbox_unknown) == (action, status, unknown)

    @pytest.mark.parametrize("body", ["", "Action: exploded\r\nStatus: 5.1.1\r\n", "Status: 5.1.1\r\n", ":\r\n:::\r\n"])
    def test_what_is_no_report_is_none(self, body: str) -> None:
        assert bounces.report_in(bounces.parse(report(body))) is None

    @given(st.binary(max_size=2_000))
    def test_no_mail_breaks_the_reader(self, raw: bytes) -> None:
        mail = bounces.parse(raw)
        bounces.report_in(mail)
        text_of(mail)
        assert token_of(raw, [], key=b"key") is None

    @given(st.text(max_size=500))
    def test_no_report_breaks_the_reader(self, body: str) -> None:
        bounces.report_in(bounces.parse(report(body)))

    @pytest.mark.parametrize(
        ("status", "code", "unknown"),
        [("5.1.1", 550, True), ("5.7.1", 550, False), ("550", 550, True), ("552", 552, False), ("5.2.2", 552, False)],
    )
    def test_only_some_refusals_say_that_there_is_no_mailbox(self, status: str, code: int, unknown: bool) -> None:
        assert bounces.mailbox_unknown(status, code) is unknown


class TestWords:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("SAIR", "stop_channel"),
            ("Stop.", "stop_channel"),
            ("por favor não me mandem mais mensagens", "stop_channel"),
            ("Número errado!", "wrong_person"),
            ("não conheço essa pessoa", "wrong_person"),
            ("não reconheço essa cobrança", "dispute"),
            ("Não recebi o produto, vou pagar dia 12?", "dispute"),
            ("I don't owe this", "dispute"),
            ("já paguei", "says_paid"),
            ("Paguei ontem, segue o comprovante", "says_paid"),
            ("already paid last week", "says_paid"),
            ("ainda não paguei, vou pagar amanhã", "promise"),
            ("vou pagar sexta-feira", "promise"),
            ("pago dia 15", "promise"),
            ("15/03", "promise"),
            ("I will pay tomorrow", "promise"),
            ("pode mudar o vencimento para 20/03?", "asks_new_date"),
            ("another date please: 20 march", "asks_new_date"),
            ("quero parcelar em 3x", "asks_agreement"),
            ("me manda a segunda via", "asks_copy"),
            ("quero falar com uma pessoa", "asks_person"),
            ("ok", "acknowledged"),
            ("Obrigada!", "acknowledged"),
            ("o gato subiu no telhado", "unclear"),
            ("vou pagar", "unclear"),
            ("vou pagar dia 12 ou dia 15", "unclear"),
            ("", "unclear"),
        ],
    )
    def test_plain_words_are_understood_and_nothing_else_is(self, text: str, kind: str) -> None:
        assert understand(text, channel="sms", today=TODAY).answer.kind == kind

    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("dia 12/03", ["2026-03-12"]),
            ("12/3/26", ["2026-03-12"]),
            ("12.03.2026", ["2026-03-12"]),
            ("2026-03-12", ["2026-03-12"]),
            ("12 de março", ["2026-03-12"]),
            ("march 12", ["2026-03-12"]),
            ("dia 5", ["2026-04-05"]),
            ("amanhã", ["2026-03-10"]),
            ("depois de amanhã", ["2026-03-11"]),
            ("hoje", ["2026-03-09"]),
            ("segunda", ["2026-03-16"]),
            ("friday", ["2026-03-13"]),
            ("segunda via", []),
            ("10/01", ["2026-01-10"]),
            ("31/02", []),
            ("R$ 12,50", []),
            ("99/99/9999", []),
        ],
    )
    def test_days_are_found_as_people_write_them(self, text: str, days: list[str]) -> None:
        assert [found.isoformat() for found in dates_in(fold(text), TODAY)] == days

    def test_a_promise_has_its_day_and_a_payment_the_day_it_was_made(self) -> None:
        promise = understand("pago dia 15", channel="sms", today=TODAY).answer
        assert promise.kind == "promise"
        assert promise.promised_on == date(2026, 3, 15)
        paid = understand("paguei dia 06/03", channel="sms", today=TODAY).answer
        assert paid.kind == "says_paid"
        assert paid.paid_on == date(2026, 3, 6)

    def test_a_day_far_ahead_is_no_promise(self) -> None:
        assert understand("vou pagar 10/12/2026", channel="sms", today=TODAY).answer.kind == "unclear"

    @given(st.text(max_size=300))
    def test_no_text_breaks_the_reader(self, text: str) -> None:
        understand(text, channel="email", today=TODAY)

    def test_what_a_mail_program_quotes_is_not_the_debtor_s(self) -> None:
        text = "Pago amanhã.\n\nOn Mon, 9 Mar 2026, Escola wrote:\n> SAIR"
        assert own_words(text) == "Pago amanhã."

    def test_html_without_a_plain_part_is_read_as_its_text(self) -> None:
        mail = EmailMessage()
        mail.set_content("<p>Já <b>paguei</b></p><blockquote>SAIR</blockquote><style>x{}</style>", subtype="html")
        assert fold(text_of(mail)) == "ja paguei"
