"""What the commands of the demo say without a platform: lines of topics, lookups, refusals."""

import json
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from regua.cli import build
from regua.commands.events import line_of, matching
from regua.commands.timeline import row_of
from regua.demo.days import TICKS, at, days_from
from regua.demo.outside import Outside, choose, read_outside, service_env, write_outside
from regua.demo.run import Options, reais
from regua.demo.setup import company_of
from regua.stack.errors import AskedWronglyError, StackError

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"


def record(topic: str, name: str) -> bytes:
    return (EXAMPLES / topic / "v1" / f"valid-{name}.json").read_bytes()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_topics_line_leaves_out_who_the_debtor_is(as_json: bool) -> None:
    raw = record("customer.registered", "person")
    personal = json.loads(raw)["data"]["customer"]["personal"]
    line = line_of("customer.registered", raw, as_json=as_json)
    assert personal["name"] not in line
    assert personal["tax_id"] not in line
    assert "\n" not in line


def test_a_record_that_breaks_its_contract_is_marked() -> None:
    document = json.loads(record("message.sent", "email"))
    assert "breaks its contract" not in line_of("message.sent", json.dumps(document).encode(), as_json=False)
    del document["data"]["message_id"]
    assert "breaks its contract" in line_of("message.sent", json.dumps(document).encode(), as_json=False)


def test_topics_are_found_by_name_beginning_and_all_of_them() -> None:
    assert matching("invoice.due") == ["invoice.due"]
    assert set(matching("promise.")) == {"promise.made", "promise.kept", "promise.broken"}
    assert len(matching("all")) > 30
    with pytest.raises(AskedWronglyError, match="there is no topic called 'invoices'"):
        matching("invoices")


def test_a_timeline_row_shows_what_an_entry_holds() -> None:
    entry = {"at": "2026-03-02T12:00:00Z", "topic": "invoice.due", "body": {"state": "open"}}
    assert row_of(entry) == ("2026-03-02T12:00", "invoice.due", "state open")


def test_amounts_are_written_as_brazilians_write_them() -> None:
    assert [reais(cents) for cents in (5, 123_456_789, -10)] == ["R$ 0,05", "R$ 1.234.567,89", "-R$ 0,10"]


def test_a_day_is_looked_at_in_order_and_by_sao_paulos_clock() -> None:
    assert list(TICKS) == sorted(TICKS)
    assert at(date(2026, 3, 2), time(9, 5)) == datetime.fromisoformat("2026-03-02T12:05:00+00:00")
    assert list(days_from(date(2026, 2, 28), 2)) == [date(2026, 2, 28), date(2026, 3, 1)]


def test_equal_options_are_the_same_tenant_and_other_ones_another() -> None:
    assert Options(seed=1).tenant_id == Options(seed=1).tenant_id
    assert Options(seed=1).tenant_id != Options(seed=2).tenant_id
    assert company_of(UUID(int=1)) == company_of(UUID(int=1))
    assert company_of(UUID(int=1)).pix_key != company_of(UUID(int=2)).pix_key


def test_the_outside_world_is_kept_and_every_setting_belongs_to_its_service(tmp_path: Path) -> None:
    outside: Outside = choose("somewhere", ("invoicing", "notifier", "payments"))
    write_outside(tmp_path, outside)
    assert read_outside(tmp_path) == outside
    assert (tmp_path / "outside.json").stat().st_mode & 0o077 == 0
    assert len(set(outside.ports.values())) == len(outside.ports)
    for service, settings in service_env(outside).items():
        assert all(name.startswith(f"{service.upper()}_") for name in settings)
    with pytest.raises(StackError, match="no outside world"):
        read_outside(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "arguments",
    [["why", "F-1"], ["timeline", "C-1"], ["replay"], ["events", "tail", "all"], ["simulate", "advance", "1d"]],
)
def test_without_a_platform_each_command_says_what_to_do(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGUA_HOME", str(tmp_path))
    told = CliRunner().invoke(build(), arguments)
    assert told.exit_code == 1
    assert "`regua" in told.output


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(build(), ["import", str(tmp_path / "none.csv")])
    assert told.exit_code == 1
    assert "there is no file" in told.output
    assert isinstance(build(), typer.Typer)
