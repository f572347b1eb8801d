"""The services as processes of the stack: migrated, keyed, healthy, kept, replaced, and gone when they should be."""

import json
import os
import re
import signal
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest

from regua.root import ROOT
from regua.stack import process
from regua.stack.databases import SERVICES
from regua.stack.ports import HOST, free_port
from regua.stack.services import Program
from regua.stack.up import Wish, up

from .live import Live, wait_until

pytestmark = pytest.mark.e2e
BEGIN = "2026-01-05T09:00:00-03:00"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    made = Live(tmp_path_factory.mktemp("platform") / "home")
    try:
        yield made
    finally:
        made.clear()


@pytest.fixture(scope="module")
def started(live):
    code, report, said = live.run("up", "--virtual", BEGIN)
    assert code == 0, said
    return report


def status_of(url: str, key: str = "") -> int:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    with urlopen(Request(url, headers=headers), timeout=30) as answer:  # noqa: S310 - an address of this test's own
        return int(answer.status)


def test_all_services_come_up_healthy_under_one_virtual_clock(live, started):
    assert tuple(started["services"]) == SERVICES
    code, told, _ = live.run("status")
    assert (code, told["healthy"], told["clock"]) == (0, True, "virtual")
    assert {part["name"]: part["detail"] for part in told["parts"] if part["kind"] == "service"} == dict.fromkeys(
        SERVICES, "ready"
    )
    code, clock, _ = live.run("clock", "show")
    assert code == 0
    assert "2026-01-05T12:00:00" in str(clock)


def test_the_homes_key_opens_every_service_and_is_nobody_elses_to_read(live, started):
    assert (live.home.root / "keys.json").stat().st_mode & 0o077 == 0
    for name, url in started["services"].items():
        assert status_of(f"{url}/v1/operations", started["api_keys"][name]) == 200


def test_a_fresh_platform_is_quiet_and_nothing_is_parked(live, started):
    code, told, said = live.run("wait-quiet")
    assert (code, told["quiet"], told["parked_keys"]) == (0, True, 0), said


def test_the_five_minutes_of_the_readme_do_what_it_says(live, started):
    """The page's own lines, run by a shell; the platform's day stands in for the calendar's."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (tour,) = re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
    script = f"set -euo pipefail\ndate() {{ echo 2026-01-05; }}\n{tour}"
    done = subprocess.run(
        ["bash", "-c", script], env=live.env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, state, timeline = done.stdout.strip().splitlines()
    assert state == "paid"
    told = [item["topic"] for item in json.loads(timeline)["items"]]
    assert {"invoice.issued", "case.opened", "payment.allocated", "invoice.settled", "case.closed"} <= set(told)
    assert told[0] == "invoice.issued"


def test_each_service_writes_its_log_and_no_log_has_a_password_or_key(live, started):
    secrets = {started["api_keys"][name] for name in SERVICES}
    secrets |= {url.split(":")[2].split("@")[0] for one in started["databases"].values() for url in one.values()}
    for log in live.home.logs.iterdir():
        text = log.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], log.name
    assert {f"{name}.out" for name in SERVICES} <= {log.name for log in live.home.logs.iterdir()}


def test_a_killed_service_is_missed_and_only_it_is_started_again(live, started):
    before = live.processes()
    live.kill("dunning")
    sick = live.parts()["dunning"]
    assert (sick["running"], sick["healthy"]) == (False, False)
    code, report, said = live.run("up")
    assert code == 0, said
    assert {name for name, part in report["parts"].items() if part["outcome"] == "started"} == {"dunning"}
    after = live.processes()
    assert {name for name in after if after[name] != before[name]} == {"dunning"}
    assert report["services"] == started["services"]
    assert status_of(f"{report['services']['dunning']}/v1/operations", started["api_keys"]["dunning"]) == 200


def test_a_hanging_service_is_not_taken_for_healthy(live, started):
    (pid,) = live.processes()["analytics"]
    os.kill(pid, signal.SIGSTOP)
    try:
        sick = live.parts()["analytics"]
        assert (sick["running"], sick["healthy"]) == (True, False)
        assert "nobody answers" in sick["detail"]
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: live.parts()["analytics"]["healthy"], "it answers again")


def test_further_programs_and_settings_come_with_the_platform_are_remembered_and_go(live, started):
    port = free_port("outside")
    (live.home.root / "www").mkdir()
    argv = (sys.executable, "-m", "http.server", str(port), "--bind", HOST, "--directory", str(live.home.root / "www"))
    outside = Program(name="outside", argv=argv, env={}, port=port, health_url=f"http://{HOST}:{port}/")
    before = live.processes()
    report = up(
        live.home,
        live.env,
        lambda _: None,
        Wish(service_env={"dunning": {"CONSUMER_BATCH": "400"}}, programs=(outside,)),
    )
    assert {name for name, part in report.parts.items() if part["outcome"] != "already running"} == {
        "outside",
        "dunning",
    }
    assert report.parts["outside"]["kind"] == "program"
    assert "outside" not in report.services
    assert live.parts()["outside"]["healthy"] is True
    live.kill("outside")
    assert live.parts()["outside"]["healthy"] is False
    code, again, said = live.run("up")
    assert code == 0, said
    assert {name for name, part in again["parts"].items() if part["outcome"] != "already running"} == {"outside"}
    up(live.home, live.env, lambda _: None, Wish(service_env={}, programs=()))
    after = live.processes()
    assert "outside" not in after
    assert {name for name in before if after[name] != before[name]} == {"dunning"}


def test_a_clock_that_runs_already_keeps_its_instant(live, started):
    code, _, said = live.run("up", "--virtual", "2025-01-01T00:00:00Z")
    assert code == 0
    assert "clock: virtual, at 2026-01-05T12:00:00+00:00" in said


def test_down_stops_everything_cleanly_and_the_data_is_there_afterwards(live, started):
    live.kill("dunning")  # its successor still waits for the group when it is asked to stop
    assert live.run("up")[0] == 0
    code, told, said = live.run("down")
    assert code == 0, said
    assert set(told["parts"].values()) == {"stopped"}
    assert {*SERVICES, "kafka-1", "postgres", "log-keeper"} == set(told["parts"])
    assert live.processes() == {}
    assert process.marked(live.home.root) == []
    code, report, said = live.run("up", "--only", "dunning")
    assert code == 0, said
    assert report["clock"].startswith("virtual:")
    assert status_of(f"{report['services']['dunning']}/v1/operations", started["api_keys"]["dunning"]) == 200
