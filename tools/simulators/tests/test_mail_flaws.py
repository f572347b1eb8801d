"""What mail programs will stumble over, each flaw by its own mail."""

import pytest

from simulators.mail.bounces import notification, reply
from simulators.mail.flaws import flaws_of, raw_headers
from simulators.mail.mailbox import parsed, parts_of

RIGHT = (
    b"From: =?utf-8?q?Escola_S=C3=A3o_Jos=C3=A9?= <cobranca@escola.example.com>\r\n"
    b"To: ana@example.com\r\nDate: Thu, 05 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@escola.example.com>\r\n"
    b"Subject: Lembrete\r\nList-Unsubscribe:\r\n <https://n.example.com/u/1>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nOla\r\n"
)


def flaws(content: bytes) -> list[str]:
    return flaws_of(content, parsed(content))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (b"Ola", b"Ola", []),
        (b"Date: Thu, 05 Mar 2026 12:00:00 +0000\r\n", b"", ["missing:Date"]),
        (b"<https://n.example.com/u/1>", b"=?utf-8?q?=3Chttps=3A//n?=", ["encoded_word:List-Unsubscribe"]),
        (b"List-Unsubscribe:\r\n <https://n.example.com/u/1>\r\n", b"", ["one_click_without_address"]),
        (b"To: ana@example.com", b"To: =?utf-8?q?ana=40example?=", ["encoded_address:To"]),
        (b"Subject: Lembrete\r\n", b"Subject: Lembrete\r\nSubject: B\r\n", ["repeated:Subject"]),
        (b"Ola\r\n", b"Ola\nB\r\n", ["bare_lf"]),
        (b"Ola", b"x" * 999, ["line_too_long"]),
        (b"\r\n\r\nOla", b"\r\nContent-Type: text/html\r\n\r\n<p>Ola</p>", ["no_plain_text"]),
    ],
)
def test_each_flaw_is_found_and_a_right_mail_has_none(old: bytes, new: bytes, found: list[str]) -> None:
    assert flaws(RIGHT.replace(old, new, 1)) == found


def test_a_header_is_read_as_it_went_over_the_wire() -> None:
    assert raw_headers(RIGHT)["list-unsubscribe"] == b"<https://n.example.com/u/1>"
    assert raw_headers(RIGHT)["from"].startswith(b"=?utf-8?q?")


def test_a_bounce_returns_the_headers_and_a_reply_quotes_the_text() -> None:
    from datetime import UTC, datetime

    at, original = datetime(2026, 3, 5, 12, tzinfo=UTC), parsed(RIGHT)
    made = parsed(
        notification(
            original, recipient="ana@example.com", sender="b@x", status="5.1.1", sentence="gone", name="n", at=at
        )
    )
    assert made.get_content_type() == "multipart/report"
    returned = list(made.iter_parts())[2].get_content()
    assert "=?utf-8?q?Escola_S=C3=A3o_Jos=C3=A9?=" in returned
    assert "Message-ID: <1@escola.example.com>" in returned
    answer = parsed(reply(original, sender="ana@example.com", to="r@x", text="Já paguei.", name="n", at=at))
    assert answer["Subject"] == "Re: Lembrete"
    assert parts_of(answer)["text"].startswith("Já paguei.\n\nEm 05/03/2026")
    assert "> Ola" in parts_of(answer)["text"]
