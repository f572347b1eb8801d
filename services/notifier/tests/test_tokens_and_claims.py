"""What links and return addresses carry, and what makes two hand-offs the same."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain import tokens
from notifier.domain.claim import claim_key
from notifier.domain.tokens import Token, TokenError

KEY = b"a key of a test"
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
uuids = st.uuids()


class TestLinks:
    @given(uuids, uuids, st.sampled_from(["pixel", "link", "unsubscribe"]), st.integers(0, 255))
    def test_a_token_says_what_was_written_until_it_expires(
        self, tenant: UUID, attempt: UUID, kind: tokens.Kind, index: int
    ) -> None:
        token = Token(tenant, attempt, kind, index)
        text = tokens.write(token, key=KEY, expires_at=LATER)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", text)
        assert tokens.read(text, key=KEY, now=NOW, kind=kind) == token
        with pytest.raises(TokenError):
            tokens.read(text, key=KEY, now=LATER, kind=kind)

    @given(st.data())
    def test_any_other_text_is_refused(self, data: st.DataObject) -> None:
        text = tokens.write(Token(UUID(int=1), UUID(int=2), "link", 3), key=KEY, expires_at=LATER)
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.characters())
        changed = text[:place] + letter + text[place + 1 :]
        if changed != text:
            with pytest.raises(TokenError):
                tokens.read(changed, key=KEY, now=NOW, kind="link")

    @given(st.text(max_size=200))
    def test_garbage_is_refused(self, text: str) -> None:
        with pytest.raises(TokenError):
            tokens.read(text, key=KEY, now=NOW, kind="link")

    def test_a_token_is_for_one_thing_and_under_one_key(self) -> None:
        text = tokens.write(Token(UUID(int=1), UUID(int=2), "link"), key=KEY, expires_at=LATER)
        with pytest.raises(TokenError):
            tokens.read(text, key=KEY, now=NOW, kind="unsubscribe")
        with pytest.raises(TokenError):
            tokens.read(text, key=b"another", now=NOW, kind="link")


class TestReturnAddresses:
    @given(uuids, uuids, st.sampled_from(["bounce", "reply"]))
    def test_an_address_says_which_attempt_it_is_about_whatever_servers_do_to_its_case(
        self, tenant: UUID, attempt: UUID, kind: tokens.Kind
    ) -> None:
        token = Token(tenant, attempt, kind)
        local = tokens.write_local_part(token, key=KEY)
        assert len(local) <= 64
        assert tokens.read_address(f"{local}@example.com", key=KEY) == token
        assert tokens.read_address(f"<{local.upper()}@EXAMPLE.COM>", key=KEY) == token
        other = "b" if local[0] == "r" else "r"
        with pytest.raises(TokenError):
            tokens.read_address(f"{other}{local[1:]}@example.com", key=KEY)

    @given(st.text(max_size=90))
    def test_anybody_else_s_address_is_refused(self, address: str) -> None:
        for candidate in (address, f"b-{address}@example.com"):
            with pytest.raises(TokenError):
                tokens.read_address(candidate, key=KEY)


class TestClaims:
    def key(self, *numbers: int, **changes: object) -> str:
        values: dict[str, object] = {
            "invoice_ids": [UUID(int=number) for number in numbers],
            "step_key": "after_1",
            "occurrence": 1,
            "channel": "email",
            "contact_id": UUID(int=9),
            **changes,
        }
        return claim_key(**values)  # type: ignore[arg-type]

    def test_the_order_of_invoices_and_their_repetition_do_not_matter(self) -> None:
        assert self.key(1, 2, 3) == self.key(3, 1, 2) == self.key(3, 1, 2, 2)

    @pytest.mark.parametrize(
        "changes",
        [
            {"step_key": "after_3"},
            {"occurrence": 2},
            {"channel": "sms"},
            {"contact_id": UUID(int=8)},
            {"invoice_ids": [UUID(int=1)]},
        ],
    )
    def test_everything_else_does(self, changes: dict[str, object]) -> None:
        assert self.key(1, 2) != self.key(1, 2, **changes)

    def test_parts_cannot_run_into_each_other(self) -> None:
        assert self.key(1, step_key="a", occurrence=11) != self.key(1, step_key="a1", occurrence=1)
