"""What a movement means: gross and net, what settles and what only looks like it, and what a person must see."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.bank_files.codes.table import code_table
from brasil.bank_files.detect import inspect
from brasil.bank_files.layouts.banks400 import RETURN_BANKS_400, return_layout
from brasil.bank_files.layouts.cnab240 import return_layout as return_layout_240
from brasil.bank_files.layouts.fields import FieldType
from brasil.bank_files.layouts.movement_reader import MovementReader, PaidRule, judge
from brasil.bank_files.movement import MovementKind, TitleMovement
from brasil.bank_files.problems import Findings

from . import golden
from .cases_400 import COMMON, ZERO, header, trailer
from .paper import numbered, record

ITAU_PLACES = {**COMMON, "our": (63, 70)}
BRADESCO_PLACES = {**COMMON, "our": (71, 82), "part": (106, 107)}


def one(bank: str, name: str, places: dict[str, tuple[int, int]], **values: Any) -> tuple[TitleMovement, list[str]]:
    """Read a file with one movement and no stated totals."""
    body = {**ZERO, "our": "00000017", "on": "231126", "credit_on": "241126", "face": 10000, **values}
    lines = numbered([header(bank, name, "231126"), record(400, places, (1, "1"), **body), trailer(bank)])
    result = inspect(("\r\n".join(lines) + "\r\n").encode())
    assert result.accepted, result.problems
    return result.movements[0], [problem.code for problem in result.problems]


def itau(**values: Any) -> tuple[TitleMovement, list[str]]:
    return one("341", "BANCO ITAU S.A.", ITAU_PLACES, **values)


def bradesco(**values: Any) -> tuple[TitleMovement, list[str]]:
    return one("237", "BRADESCO", BRADESCO_PLACES, **values)


@pytest.mark.parametrize(
    ("amounts", "paid", "credited"),
    [
        pytest.param({"paid": 9750, "fee": 250}, 10000, 9750, id="net of the fee"),
        pytest.param({"paid": 10000, "fee": 250}, 10000, 10000, id="fee charged apart"),
        pytest.param({"paid": 10000, "fee": 0}, 10000, 10000, id="no fee"),
        pytest.param({"paid": 10052, "fee": 250, "interest": 302}, 10302, 10052, id="late, with interest"),
        pytest.param({"paid": 9250, "fee": 250, "discount": 500}, 9500, 9250, id="early, with discount"),
        pytest.param({"paid": 8750, "fee": 250, "abatement": 1000}, 9000, 8750, id="with abatement"),
        pytest.param({"paid": 2750, "fee": 250}, 3000, 2750, id="part of it"),
    ],
)
def test_itau_posts_the_net_and_the_payer_paid_the_gross(amounts: dict[str, int], paid: int, credited: int) -> None:
    movement, problems = itau(code="06", **amounts)
    assert (movement.paid_cents, movement.credited_cents) == (paid, credited)
    assert movement.settles
    assert "movement.settled_without_money" not in problems


def test_the_fee_that_itau_debits_beside_a_write_off_is_no_income() -> None:
    movement, problems = itau(code="09", paid=210, fee=210)
    assert movement.kind is MovementKind.WRITTEN_OFF
    assert (movement.paid_cents, movement.credited_cents, movement.fee_cents) == (0, 0, 210)
    assert not movement.needs_review
    assert "movement.money_without_settlement" not in problems


def test_money_beside_a_write_off_that_is_not_the_fee_needs_a_person() -> None:
    movement, problems = itau(code="09", paid=10000, fee=210)
    assert movement.needs_review
    assert not movement.settles
    assert "movement.money_without_settlement" in problems


def test_a_title_that_left_the_books_because_pix_paid_it_brings_no_money_by_this_file() -> None:
    movement, _ = itau(code="10", paid=10000)
    assert movement.kind is MovementKind.WRITTEN_OFF
    assert not movement.settles
    assert not movement.needs_review


def test_paid_with_nothing_never_settles_silently() -> None:
    for movement, problems in (itau(code="06"), bradesco(code="06")):
        assert movement.kind is MovementKind.SETTLED
        assert movement.needs_review
        assert not movement.settles
        assert "movement.settled_without_money" in problems


def test_an_entry_with_money_never_settles_silently() -> None:
    movement, problems = bradesco(code="02", paid=10000)
    assert movement.kind is MovementKind.ENTRY_CONFIRMED
    assert movement.needs_review
    assert "movement.money_without_settlement" in problems


def test_a_code_that_no_table_knows_needs_a_person() -> None:
    movement, problems = bradesco(code="ZZ", paid=10000)
    assert (movement.kind, movement.description, movement.needs_review) == (MovementKind.OTHER, None, True)
    assert "movement.unknown_code" in problems


@pytest.mark.parametrize("code", ["22", "40"])
def test_a_cancelled_or_reversed_payment_is_flagged(code: str) -> None:
    movement, problems = bradesco(code=code, paid=10000)
    assert movement.reverses_payment
    assert movement.needs_review
    assert "movement.reverses_payment" in problems


def test_bradesco_marks_a_part_payment_in_a_field_of_its_own() -> None:
    movement, _ = bradesco(code="06", paid=5000, part="01")
    assert movement.partial
    assert [(reason.code, reason.description) for reason in movement.reasons] == [("01", "Pagamento parcial")]
    whole, _ = bradesco(code="06", paid=5000, part="00")
    assert not whole.partial


def test_the_same_payment_twice_in_one_file_is_reported() -> None:
    detail = record(
        400,
        BRADESCO_PLACES,
        (1, "1"),
        **{**ZERO, "our": "000000000001", "code": "06", "on": "231126", "face": 100, "paid": 100},
    )
    lines = numbered([header("237", "BRADESCO", "231126"), detail, detail, trailer("237")])
    result = inspect("\r\n".join(lines).encode())
    assert result.accepted
    assert [problem.line for problem in result.problems if problem.code == "movement.repeated"] == [3]
    assert result.totals.paid_cents == 200


@pytest.mark.parametrize(
    ("bank", "code", "kind"),
    [
        # The same digits at different banks (each bank's manual, CNAB 400).
        ("341", "15", MovementKind.REJECTED),
        ("237", "15", MovementKind.SETTLED),
        ("001", "15", MovementKind.SETTLED),
        ("033", "15", MovementKind.OTHER),
        ("341", "17", MovementKind.REJECTED),
        ("237", "17", MovementKind.SETTLED_UNREGISTERED),
        ("033", "17", MovementKind.SETTLED),
        ("341", "07", MovementKind.SETTLED),
        ("077", "07", MovementKind.WRITTEN_OFF),
        ("341", "10", MovementKind.WRITTEN_OFF),
        ("001", "05", MovementKind.SETTLED_UNREGISTERED),
        ("756", "05", MovementKind.SETTLED_UNREGISTERED),
        ("341", "05", MovementKind.WRITTEN_OFF),
        ("341", "32", MovementKind.WRITTEN_OFF),
        ("237", "32", MovementKind.REJECTED),
        ("341", "28", MovementKind.FEE),
        ("001", "28", MovementKind.FEE),
        ("104", "21", MovementKind.SETTLED),
        ("104", "02", MovementKind.WRITTEN_OFF),
        ("104", "01", MovementKind.ENTRY_CONFIRMED),
        ("004", "08", MovementKind.SETTLED),
        ("004", "10", MovementKind.WRITTEN_OFF),
        ("341", "95", MovementKind.OTHER),
        ("033", "93", MovementKind.OTHER),
        ("033", "94", MovementKind.OTHER),
        ("341", "25", MovementKind.OTHER),
        ("001", "20", MovementKind.OTHER),
    ],
)
def test_a_code_means_what_its_own_bank_says(bank: str, code: str, kind: MovementKind) -> None:
    layout = return_layout(bank)
    assert layout is not None
    assert layout.codes.meaning(code).kind is kind


@pytest.mark.parametrize("bank", RETURN_BANKS_400)
def test_nothing_but_a_payment_settles(bank: str) -> None:
    layout = return_layout(bank)
    assert layout is not None
    for code, meaning in layout.codes.movements.items():
        words = (meaning.description or "").lower()
        paid = any(word in words for word in ("liquida", "pago", "pagamento"))
        assert not meaning.settles or paid, (bank, code, words)
        assert not meaning.settles or not any(
            word in words for word in ("estorno", "cancelad", "rejeitad", "operacional")
        )


@pytest.mark.parametrize("bank", [*RETURN_BANKS_400, "240"])
def test_groups_of_reasons_that_codes_name_exist(bank: str) -> None:
    layout = return_layout(bank) if bank != "240" else None
    tables = (
        [layout.codes] if layout else [return_layout_240(code).codes for code in ("001", "033", "104", "341", "748")]
    )
    for table in tables:
        for code, meaning in table.movements.items():
            assert meaning.group is None or meaning.group in table.groups, (bank, code)


def test_fields_of_a_layout_do_not_overlap_and_amounts_are_fifteen_digits_at_most() -> None:
    layouts = [
        place for bank in RETURN_BANKS_400 if (layout := return_layout(bank)) for place in layout.movements.values()
    ]
    layouts += [return_layout_240(bank).movement for bank in ("001", "033", "104", "341", "748", "756")]
    for place in layouts:
        taken: dict[int, str] = {}
        for name, field in place.record.items():
            for position in range(field.first, field.last + 1):
                assert position not in taken, (name, taken.get(position))
                taken[position] = name
            assert field.type is not FieldType.CENTS or field.last - field.first < 15


amounts = st.integers(0, 10**9)


@given(face=amounts, fee=amounts, posted=amounts, interest=amounts, discount=amounts, abatement=amounts)
def test_the_gross_of_a_net_posting_is_never_below_it_and_differs_by_the_fee_at_most(  # noqa: PLR0917
    face: int, fee: int, posted: int, interest: int, discount: int, abatement: int
) -> None:
    meaning = code_table("06 settled Liquidação").meaning("06")
    values = {
        "face": face,
        "fee": fee,
        "paid": posted,
        "interest": interest,
        "discount": discount,
        "abatement": abatement,
    }
    paid, credited, review = judge(PaidRule.NET_OF_FEE, meaning, values)
    assert paid is not None
    assert credited == posted
    assert paid - posted in (0, fee)
    assert review == (paid == 0)


def _readers() -> dict[str, tuple[MovementReader, list[str]]]:
    lines: dict[str, tuple[MovementReader, list[str]]] = {}
    for format_, name, data, document in golden.all_cases():
        rows = data.decode().split("\r\n")
        if format_ == "cnab400":
            layout = return_layout(document["bank"])
            assert layout is not None
            for record_type, place in layout.movements.items():
                found = [row for row in rows if row[:1] == record_type]
                if found:
                    lines[f"{format_}-{name}"] = (MovementReader(place, layout.codes), found)
        elif format_ == "cnab240":
            place_240 = return_layout_240(document["bank"])
            pairs = [first + second for first, second in itertools.pairwise(rows) if first[13:14] == "T"]
            lines[f"{format_}-{name}"] = (MovementReader(place_240.movement, place_240.codes), pairs)
    return lines


READERS = _readers()


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_the_fast_reader_reads_what_the_careful_one_reads(name: str, data: st.DataObject) -> None:
    reader, rows = READERS[name]
    row = data.draw(st.sampled_from(rows))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(row) - 1))
        row = row[:at] + data.draw(st.sampled_from("0123456789 AX\xe7²")) + row[at + 1 :]
    fast = reader.fast(row, 7)
    if fast is not None:
        findings = Findings()
        assert reader._read_carefully(row, 7, findings) == fast
        assert not findings.as_tuple()
