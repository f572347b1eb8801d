"""Whatever happened on a day, the product reads from the bank's file what the bank's own book says, to the cent."""

from datetime import date, timedelta

import pytest
from boletos import CONVENIO, ITAU, registration
from hypothesis import given, settings
from hypothesis import strategies as st

from brasil.bank_files.detect import inspect
from brasil.bank_files.movement import MovementKind
from simulators.bank import cnab240, cnab400
from simulators.bank.book import Account, Movement, Title

DAY = date(2026, 3, 20)
KINDS = {
    "entry": MovementKind.ENTRY_CONFIRMED,
    "settled": MovementKind.SETTLED,
    "written_off": MovementKind.WRITTEN_OFF,
    "removed": MovementKind.WRITTEN_OFF,
}


@st.composite
def days(draw: st.DrawFn, bank: str) -> list[Movement]:
    """Movements of one bank day: entries, settlements above and below the face value, write-offs."""
    movements = []
    for number in draw(st.lists(st.integers(1, 99_999_999), min_size=1, max_size=6, unique=True)):
        face = draw(st.integers(1_000, 99_999_999))
        due_on = DAY + timedelta(draw(st.integers(-60, 60)))
        path, body = registration(number, bank=bank, due_on=due_on, amount_cents=face, document=f"D{number}")
        title = Title(*path.split("/"), body, DAY)  # type: ignore[arg-type]
        kind = draw(st.sampled_from(sorted(KINDS)))
        if kind == "settled":
            extra, discount = draw(st.integers(0, 5_000)), draw(st.integers(0, 500))
            movements.append(
                Movement(
                    "settled",
                    title,
                    DAY,
                    DAY + timedelta(3),
                    paid_cents=face - discount + extra,
                    discount_cents=discount,
                    extra_cents=extra,
                    fee_cents=draw(st.integers(0, 400)),
                )
            )
        else:
            fee = draw(st.integers(0, 400)) if kind != "entry" else 0
            movements.append(Movement(kind, title, DAY, fee_cents=fee))  # type: ignore[arg-type]
    return movements


@pytest.mark.parametrize(("bank", "writer"), [("341", cnab400), ("341", cnab240), ("237", cnab240)])
def test_a_file_says_what_the_banks_book_says(bank: str, writer: object) -> None:
    account = Account(bank, CONVENIO, ITAU["agencia"], ITAU["conta"], "1", "Escola", "11222333000181", DAY)

    @settings(max_examples=25, deadline=None, database=None)
    @given(days(bank))
    def holds(movements: list[Movement]) -> None:
        made = writer.file_of(account, movements, made_on=DAY + timedelta(1), sequence=7)  # type: ignore[attr-defined]
        result = inspect(made.encode("ascii"))
        assert [problem for problem in result.problems if problem.severity == "error"] == []
        read = [movement for movement in result.movements if movement.kind != MovementKind.FEE]
        assert [one.kind for one in read] == [KINDS[movement.kind] for movement in movements]
        for one, movement in zip(read, movements, strict=True):
            assert one.face_cents == movement.title.face_cents
            assert one.due_on == movement.title.due_on
            assert (one.our_number or "").lstrip("0") == movement.title.nosso_numero.lstrip("0")
            if movement.kind == "settled":
                assert (one.paid_cents, one.credited_cents) == (movement.paid_cents, movement.credited_cents)
                assert (one.credit_on, one.fee_cents) == (movement.credit_on, movement.fee_cents)
                assert not one.needs_review
        settled = [movement for movement in movements if movement.kind == "settled"]
        assert result.totals.paid_cents == sum(movement.paid_cents for movement in settled)

    holds()
