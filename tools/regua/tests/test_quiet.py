"""Quiet is two rounds in a row without a reason and without activity."""

from collections.abc import Iterator

from regua.quiet import Answer, read_answer, wait_quiet

BUSY = Answer(("3 facts in the outbox",), 7)


async def waited(*rounds: tuple[Answer, Answer], timeout_seconds: float = 5):
    scripts: dict[str, Iterator[Answer]] = {
        "a": iter([one for one, _ in rounds]),
        "b": iter([two for _, two in rounds]),
    }

    async def ask(url: str) -> Answer:
        return next(scripts[url])

    return await wait_quiet({"first": "a", "second": "b"}, ask, timeout_seconds=timeout_seconds, pause_seconds=0)


async def test_two_quiet_rounds_without_activity_are_quiet():
    found = await waited((Answer((), 5), Answer((), 9)), (Answer((), 5), Answer((), 9)))
    assert (found.quiet, found.rounds, found.reasons) == (True, 2, {})


async def test_activity_between_two_quiet_rounds_starts_the_count_again():
    found = await waited((Answer((), 5), Answer((), 9)), (Answer((), 6), Answer((), 9)), (Answer((), 6), Answer((), 9)))
    assert (found.quiet, found.rounds) == (True, 3)


async def test_a_busy_round_between_two_equal_quiet_ones_starts_the_count_again():
    quiet = (Answer((), 5), Answer((), 9))
    found = await waited(quiet, (BUSY, Answer((), 9)), quiet, quiet, quiet)
    assert (found.quiet, found.rounds) == (True, 5)


async def test_whoever_is_at_work_is_asked_alone_until_it_is_not():
    asked: list[str] = []
    busy = iter([BUSY, BUSY, BUSY])

    async def ask(url: str) -> Answer:
        asked.append(url)
        return next(busy, Answer((), 9)) if url == "b" else Answer((), 5)

    found = await wait_quiet({"first": "a", "second": "b"}, ask, timeout_seconds=5, pause_seconds=0)
    assert found.quiet
    assert "".join(asked) == "ab" + "b" + "b" + "b" + "ab" + "ab"


async def test_the_end_of_patience_names_the_service_and_its_reasons():
    found = await waited((Answer((), 5), BUSY), timeout_seconds=0)
    assert not found.quiet
    assert found.reasons == {"second": ("3 facts in the outbox",)}


async def test_restlessness_is_a_reason_too():
    found = await waited((Answer((), 5), Answer((), 9)), timeout_seconds=0)
    assert not found.quiet
    assert found.reasons == {"platform": ("it is still at work",)}


async def test_parked_keys_do_not_keep_the_platform_from_being_quiet_but_are_told():
    found = await waited(*[(Answer((), 1, 2), Answer((), 1, 1))] * 2)
    assert (found.quiet, found.parked_keys) == (True, 3)


def test_the_answer_of_a_service_is_read():
    body = {
        "quiet": False,
        "activity": 4,
        "parked_keys": 1,
        "reasons": [{"kind": "lag", "detail": "2 events", "count": 2}],
    }
    assert read_answer(body) == Answer(("2 events",), 4, 1)
    assert read_answer({"quiet": True, "activity": 4, "reasons": []}) == Answer((), 4)


def test_an_answer_that_does_not_say_quiet_is_not_quiet():
    for body in ([], None, "quiet", {}, {"quiet": "yes"}, {"quiet": False, "reasons": []}):
        assert read_answer(body).reasons, body
