"""The main job whole, small: a portfolio imported, days lived through with debtors who act, every invariant at zero."""

import os
from pathlib import Path

import pytest

from regua.demo.run import Options
from regua.demo.whole import whole_run
from regua.stack.home import Home

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


async def test_a_small_demo_ends_with_every_invariant_at_zero(tmp_path: Path) -> None:
    options = Options(days=12, customers=20, invoices=60, seed=3)
    done = await whole_run(Home(tmp_path / "demo"), options, dict(os.environ), lambda _: None, stop=True)
    told = done.verdict.as_dict()
    assert told["invariants"] == dict.fromkeys(told["invariants"], 0), done.verdict.findings.by_rule
    assert len(told["invariants"]) >= 14
    assert (told["portfolio"]["customers"], told["portfolio"]["invoices"]) == (20, 60)
    assert told["messages"]["requested"] > 10
    assert told["engagement"]["opened_by_people"] > 0
    assert sum(route["receipts"] for route in told["payments"]["by_route"].values()) > 3
    assert told["parked"] == 0
    assert set(told["bank_files"]) <= {"none", "posted"}
