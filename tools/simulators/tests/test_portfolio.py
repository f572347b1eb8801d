"""The portfolio: the same file for the same seed, valid in every row, and as awkward as real ones are."""

import csv
from datetime import date
from pathlib import Path

import phonenumbers

from brasil import taxid
from brasil.calendar.places import place_of
from simulators.command import main
from simulators.debtors.portfolio import COLUMNS, instalment_days, money_text, rows, write_portfolio
from simulators.debtors.profiles import SHARES, profile_of
from simulators.outside.bank_days import is_bank_day

START = date(2026, 3, 2)


def written(path: Path, seed: int = 1, customers: int = 300, invoices: int = 1000) -> list[dict[str, str]]:
    write_portfolio(path, customers=customers, invoices=invoices, seed=seed, start=START)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        given = f"portfolio --customers 40 --invoices 90 --seed {seed} --start 2026-03-02 --out {tmp_path / name}"
        main(given.split())
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other
    assert first.decode().splitlines()[0] == ";".join(COLUMNS)


def test_every_row_is_valid(tmp_path: Path) -> None:
    lines = written(tmp_path / "p.csv")
    assert sum(int(line["instalments"]) for line in lines) == 1000
    assert len({line["external_id"] for line in lines}) == len(lines)
    for line in lines:
        assert taxid.is_valid(line["customer_tax_id"])
        assert place_of(line["customer_uf"], line["customer_city_code"])
        assert phonenumbers.is_valid_number(phonenumbers.parse(line["customer_phone"]))
        assert len(line["customer_postal_code"]) == 8
        assert len(line["customer_name"]) <= 140
        assert date.fromisoformat(line["issued_on"]) <= date.fromisoformat(line["due_on"])
        assert int(line["amount"].replace(".", "").replace(",", "")) >= int(line["instalments"])


def test_one_customer_is_always_described_alike_and_no_two_share_number_or_address(tmp_path: Path) -> None:
    known: dict[str, tuple[str, ...]] = {}
    for line in written(tmp_path / "p.csv"):
        told = tuple(value for column, value in line.items() if column.startswith("customer_"))
        assert known.setdefault(line["customer_external_id"], told) == told
    assert len(known) == 300
    for position in (2, 3, 4):
        assert len({told[position] for told in known.values()}) == 300


def test_the_portfolio_is_awkward(tmp_path: Path) -> None:
    lines = written(tmp_path / "p.csv")
    assert len({line["customer_uf"] for line in lines}) == 27
    assert any("'" in line["customer_name"] for line in lines)
    assert any(len(line["customer_name"]) > 90 for line in lines)
    assert any(len(line["customer_tax_id"]) == 14 and not line["customer_tax_id"].isdigit() for line in lines)
    assert any(line["due_on"].endswith("02-29") for line in lines)
    assert any(not is_bank_day(date.fromisoformat(line["due_on"])) for line in lines)
    assert any(line["due_on"] < START.isoformat() for line in lines)
    assert any(len(line["amount"]) == 4 and line["amount"].startswith("0,") for line in lines)
    assert any(line["amount"].count(".") == 2 for line in lines)
    assert {"pt-BR", "en-US"} == {line["customer_language"] for line in lines}
    assert any(int(line["instalments"]) > 1 for line in lines)


def test_a_small_portfolio_still_reaches_every_customer() -> None:
    made = list(rows(customers=20, invoices=25, seed=1, start=START))
    assert len({row.customer.external_id for row in made}) == 20
    assert sum(row.instalments for row in made) == 25


def test_profiles_come_in_their_shares_and_stay_with_their_debtor() -> None:
    drawn = [profile_of(3, f"C-{index:05d}") for index in range(5_000)]
    for profile, share in SHARES:
        assert abs(drawn.count(profile) - 50 * share) < 120
    assert drawn[:50] == [profile_of(3, f"C-{index:05d}") for index in range(50)]
    assert sum(share for _, share in SHARES) == 100


def test_money_and_month_ends_are_written_as_agreed() -> None:
    assert [money_text(cents) for cents in (1, 123_456, 123_456_789)] == ["0,01", "1.234,56", "1.234.567,89"]
    assert instalment_days(date(2027, 11, 30), 4) == [
        date(2027, 11, 30),
        date(2027, 12, 30),
        date(2028, 1, 30),
        date(2028, 2, 29),
    ]
