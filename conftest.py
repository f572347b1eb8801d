"""Gives every test the fixtures of `regua.testing`, and watches what the tests make the product log."""

from collections.abc import Iterator

import pytest

from chassis.canary import Watch

pytest_plugins = ["regua.testing"]


@pytest.fixture(scope="session", autouse=True)
def nobody_in_the_logs() -> Iterator[Watch]:
    """Tests seed people with `chassis.canary`; whatever a run makes the product log, none of them is in it."""
    with Watch() as watch:
        yield watch
    if watch.leaks:
        pytest.fail(f"a seeded person is in the logs: {watch.leaks}")
