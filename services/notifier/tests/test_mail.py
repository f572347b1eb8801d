"""The mail itself: what its head says, and that nobody's name can change it."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.mail import AddressError, address_of, compose, sender_of

HEADERS = sorted(
    [
        "message-id",
        "date",
        "from",
        "to",
        "reply-to",
        "subject",
        "auto-submitted",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
    ]
)
LINES = st.text(st.characters(blacklist_categories=["Cs"]), max_size=80).map(lambda text: " ".join(text.split()))


def mail(name: str = "Zé", subject: str = "Olá", text: str = "x") -> Any:
    return compose(
        attempt_id=UUID(int=7),
        sender=sender_of("Escola São José <cobranca@example.com>"),
        recipient=address_of("someone@example.com", name=name),
        reply_to="r-1@example.com",
        subject=subject,
        text=text,
        html="<p>é</p>",
        unsubscribe_link="https://example.com/u/1",
        at=datetime(2026, 3, 9, 12, 0, tzinfo=UTC),
    )


class TestMail:
    @given(LINES, LINES, st.text(st.characters(blacklist_categories=["Cs"]), max_size=200))
    def test_no_name_subject_or_text_adds_a_header(self, name: str, subject: str, text: str) -> None:
        try:
            raw = mail(name, subject, text).as_bytes()
        except ValueError:
            return  # refused, which the adapter says truthfully
        read = message_from_bytes(raw, policy=default)
        assert sorted(name.lower() for name in read.keys()) == HEADERS  # noqa: SIM118 - a mail is no dict
        assert read["message-id"] == "<00000000-0000-0000-0000-000000000007@example.com>"
        assert [address.addr_spec for address in read["to"].addresses] == ["someone@example.com"]

    def test_the_same_attempt_gives_the_same_message_id_and_date(self) -> None:
        one, other = mail(), mail()
        assert one["message-id"] == other["message-id"]
        assert one["date"] == "Mon, 09 Mar 2026 12:00:00 +0000"

    @pytest.mark.parametrize("host", ["example.com", f"{'long-' * 10}name.example.com"])
    def test_fields_that_machines_read_are_never_encoded_words(self, host: str) -> None:
        link = f"https://{host}/u/{'x' * 73}"
        written = compose(
            attempt_id=UUID(int=7),
            sender=sender_of(f"Escola São José <cobranca@{host}>"),
            recipient=address_of(f"{'a' * 60}@example.com", name="Zé da Silva"),
            reply_to=f"r-{'z' * 59}@{host}",
            subject="Olá, José: a fatura 2026/20411 vence em 10/12/2026, e este assunto é bastante comprido",
            text="x",
            html=None,
            unsubscribe_link=link,
            at=datetime(2026, 3, 9, 12, 0, tzinfo=UTC),
        ).as_bytes()
        lines = written.decode("ascii").split("\r\n")
        assert f"List-Unsubscribe: <{link}>" in lines
        assert f"Reply-To: r-{'z' * 59}@{host}" in lines
        assert f"Message-ID: <{UUID(int=7)}@{host}>" in lines
        assert f"{'a' * 60}@example.com" in written.decode("ascii")
        assert f"<cobranca@{host}>" in written.decode("ascii")
        assert all(len(line) <= 998 for line in lines)
        encoded = [line for line in lines if "=?" in line]
        assert all(line.startswith(("Subject:", "From:", " ")) for line in encoded)

    @pytest.mark.parametrize(
        "text",
        ["", "a", "a@", "@b", "a b@c.example", "a@b@c.example", "é@example.com", "a@b.example\r\nBcc: x@y.example"],
    )
    def test_what_is_no_address_is_refused(self, text: str) -> None:
        with pytest.raises(AddressError):
            address_of(text)
