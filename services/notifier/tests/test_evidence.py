from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.engagement import judge
from notifier.domain.evidence import GENESIS, BrokenChainError, Entry, append, canonical, verify

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, length + 1):
        previous = entries[-1].entry_hash if entries else GENESIS
        entries.append(append(sequence=number, previous_hash=previous, body={"fact": f"é {number}", "cents": number}))
    return entries


class TestChain:
    def test_a_whole_chain_verifies_to_its_head(self) -> None:
        entries = chain(5)
        assert verify(entries) == entries[-1].entry_hash
        assert verify(entries[2:], start=3, previous_hash=entries[1].entry_hash) == entries[-1].entry_hash

    def test_the_canonical_form_does_not_depend_on_the_order_of_keys(self) -> None:
        assert canonical({"b": 1, "a": "ã"}) == canonical({"a": "ã", "b": 1}) == '{"a":"ã","b":1}'.encode()

    @given(st.integers(0, 4), st.data())
    def test_any_changed_byte_is_found_where_it_is(self, index: int, data: st.DataObject) -> None:
        entries = chain(5)
        body = bytearray(entries[index].body)
        position = data.draw(st.integers(0, len(body) - 1))
        body[position] ^= data.draw(st.integers(1, 255))
        entries[index] = replace(entries[index], body=bytes(body))
        with pytest.raises(BrokenChainError) as broken:
            verify(entries)
        assert broken.value.sequence == index + 1

    @pytest.mark.parametrize("tamper", [lambda e: e[:1] + e[2:], lambda e: [e[1], e[0], *e[2:]], lambda e: [*e, e[0]]])
    def test_a_lost_moved_or_repeated_entry_is_found(self, tamper: object) -> None:
        with pytest.raises(BrokenChainError):
            verify(tamper(chain(4)))  # type: ignore[operator]


class TestEngagement:
    @pytest.mark.parametrize(
        ("signal", "agent", "seconds", "verdict", "reason"),
        [
            ("pixel", FIREFOX, 600, "human", "browser"),
            ("link", FIREFOX, 1, "machine", "within_seconds_of_delivery"),
            ("link", FIREFOX, None, "human", "browser"),
            ("pixel", "Mozilla/5.0", 600, "machine", "apple_privacy_proxy"),
            (
                "pixel",
                "Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)",
                600,
                "unsure",
                "gmail_image_proxy",
            ),
            ("link", "BarracudaCentral/1.0", 600, "machine", "link_scanner"),
            ("link", "WhatsApp/2.24", 600, "machine", "preview_bot"),
            ("link", "python-requests/2.32", 600, "machine", "program"),
            ("link", "", 600, "machine", "no_user_agent"),
            ("pixel", None, 600, "unsure", "no_user_agent"),
            ("read_receipt", None, None, "human", "read_receipt"),
        ],
    )
    def test_judges_a_signal_and_says_why(
        self, signal: str, agent: str | None, seconds: int | None, verdict: str, reason: str
    ) -> None:
        judged = judge(signal=signal, user_agent=agent, seconds_after_delivery=seconds)  # type: ignore[arg-type]
        assert (judged.verdict, judged.reason) == (verdict, reason)

    def test_only_a_machine_follows_a_hidden_link_or_asks_for_the_head_alone(self) -> None:
        assert (
            judge(signal="link", user_agent=FIREFOX, seconds_after_delivery=600, hidden_link=True).verdict == "machine"
        )
        assert judge(signal="link", user_agent=FIREFOX, seconds_after_delivery=600, method="HEAD").verdict == "machine"
