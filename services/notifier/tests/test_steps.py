"""What comes next for a message after the gate's answers and after its hand-offs."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.domain.callbacks import CallbackError, read
from notifier.domain.evidence_file import check
from notifier.domain.gate import Verdict
from notifier.domain.steps import (
    RESOLVE_WAITS,
    SOFT_WAITS,
    after_handoffs,
    ask_again_at,
    closes_as_failed,
    of_channel,
    retry_at,
    stale_again_at,
)

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "had_left", "failed"),
    [
        ("no_usable_contact", False, True),
        ("outside_window", True, True),
        ("outside_window", False, False),
        ("paid", True, False),
    ],
)
def test_what_had_left_and_failed_is_not_kept_back_for_a_passing_reason(
    reason: str, had_left: bool, failed: bool
) -> None:
    assert closes_as_failed(reason, had_left=had_left) is failed


SEND = Verdict(act="send", reason="allowed", checks=())
STALE = Verdict(act="hold", reason="stale_facts", checks=(), ask_again_at=NOW + timedelta(seconds=1))
CLOSED = Verdict(act="hold", reason="outside_window", checks=(), ask_again_at=NOW + timedelta(hours=1))
NOBODY = Verdict(act="suppress", reason="no_usable_contact", checks=())
PAID = Verdict(act="suppress", reason="paid", checks=())


class TestChannels:
    @pytest.mark.parametrize(
        ("verdicts", "act", "reason"),
        [
            ([NOBODY, SEND], "send", "allowed"),
            ([CLOSED, STALE], "hold", "stale_facts"),
            ([NOBODY, CLOSED], "hold", "outside_window"),
            ([NOBODY, PAID], "suppress", "paid"),
            ([NOBODY], "next", "no_usable_contact"),
        ],
    )
    def test_one_answer_comes_from_all_recipients(self, verdicts: list[Verdict], act: str, reason: str) -> None:
        answer = of_channel(verdicts)
        assert (answer.act, answer.verdict.reason) == (act, reason)


class TestEndings:
    @pytest.mark.parametrize(
        ("outcomes", "retry", "has_next", "before", "ending"),
        [
            (["accepted", "refused"], None, True, False, "sent"),
            (["unknown", "refused"], None, True, False, "unknown"),
            (["not_started"], None, True, False, "retry"),
            (["soft"], NOW, True, False, "retry"),
            (["soft"], None, True, False, "next_channel"),
            (["refused"], NOW, True, False, "next_channel"),
            (["refused"], None, False, False, "failed"),
            (["refused"], None, False, True, "sent"),
        ],
    )
    def test_a_message_stands_where_its_best_hand_off_stands(
        self, outcomes: list[str], retry: datetime | None, has_next: bool, before: bool, ending: str
    ) -> None:
        assert after_handoffs(outcomes, retry=retry, has_next=has_next, accepted_before=before) == ending

    def test_tries_end_with_their_number_and_with_the_window(self) -> None:
        assert retry_at(0, now=NOW, not_after=NOW + timedelta(hours=9)) == NOW + SOFT_WAITS[0]
        assert retry_at(0, now=NOW, not_after=NOW + timedelta(seconds=59)) is None
        assert retry_at(len(SOFT_WAITS), now=NOW, not_after=NOW + timedelta(days=9)) is None

    @pytest.mark.parametrize(("waited", "wait"), [(None, 1), (0, 1), (5, 1), (100, 10), (3_600, 30)])
    def test_what_waits_for_fresh_facts_asks_ever_more_rarely(self, waited: int | None, wait: int) -> None:
        since = None if waited is None else NOW - timedelta(seconds=waited)
        assert stale_again_at(since, now=NOW) == NOW + timedelta(seconds=wait)

    def test_questions_about_an_unknown_end_with_a_person(self) -> None:
        assert ask_again_at(0, now=NOW) == NOW
        assert ask_again_at(len(RESOLVE_WAITS), now=NOW) is None


class TestHostileInput:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"\xff", "not_json"),
            (b"[" * 100_000, "not_json"),
            (b"[]", "not_an_object"),
            (b'{"status": "exploded"}', "status_unknown"),
            (b'{"status": []}', "status_unknown"),
            (b'{"status": "sent", "client_ref": 7}', "reference_unknown"),
        ],
    )
    def test_a_callback_that_says_nothing_is_named_and_refused(self, body: bytes, code: str) -> None:
        with pytest.raises(CallbackError) as refused:
            read(body)
        assert refused.value.code == code

    def test_what_a_callback_says_beyond_our_words_is_left_out(self) -> None:
        said = read(
            b'{"status":"failed","client_ref":"00000000-0000-0000-0000-000000000001","code":"A B","id":"a\\nb"}'
        )
        assert (said.code, said.provider_message_id) == ("provider_failed", None)

    def test_halves_of_characters_and_nul_do_not_reach_the_database(self) -> None:
        said = read(
            b'{"status":"reply","client_ref":"00000000-0000-0000-0000-000000000001","id":"\\ud800","text":"a\\ud800b\\u0000"}'
        )
        assert (said.text, said.provider_message_id) == ("a?b", None)

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"type":"evidence"}', "x"])
    def test_what_is_no_evidence_file_is_said_to_be_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="line 1"):
            check(text.split("\n"))
