"""Readers of movements made from layout tables: each table becomes, once, one function of straight-line code.

The fast function slices, converts and builds in one expression; it gives up (returns None) on a line with anything
unusual. Then the careful reader walks the same table field by field, accepts blanks as unknown and reports what
cannot be read. Both give the same movement for every line that the fast one accepts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final, cast

from brasil.bank_files.codes.table import CodeTable, Meaning, ReasonField, ReasonReader
from brasil.bank_files.layouts.fields import DATES, Field, FieldError, FieldType, Record, read_field
from brasil.bank_files.movement import MovementKind, Reason, TitleMovement
from brasil.bank_files.problems import Findings

_AMOUNTS: Final = ("face", "paid", "credited", "interest", "fine", "discount", "abatement", "fee")
_DATES: Final = ("occurred_on", "credit_on", "due_on")
_TEXTS: Final = ("our_number", "document_number", "your_number", "payer_name")
IN_PART: Final = "Pagamento parcial"


class PaidRule(Enum):
    """What the field of the amount paid holds."""

    GROSS = "what the payer paid"
    NET_OF_FEE = "what reached the account: the bank's fee is already taken off; beside a write-off, the fee itself"
    ASKED = "what was asked for; it was paid only if the code says so"


@dataclass(frozen=True)
class MovementLayout:
    """Where one kind of record says what happened to a title.

    `record` maps our_number, document_number, your_number, occurred_on, credit_on, due_on, face, paid, credited,
    interest, fine, discount, abatement, fee, payer_name to fields; what is missing the layout does not tell.
    `code` are the fields that together make the movement code. `required` amounts may not be blank.
    `partial` is a field that is neither blank nor zero beside a payment in part. `credit_when_settled`: the credit
    date is meant only beside a settlement.
    """

    code: tuple[Field, ...]
    record: Record
    reasons: tuple[ReasonField, ...] = ()
    paid_rule: PaidRule = PaidRule.GROSS
    required: frozenset[str] = frozenset()
    partial: Field | None = None
    credit_when_settled: bool = False


class MovementReader:
    """Reads records of one layout with one table of codes."""

    def __init__(self, layout: MovementLayout, table: CodeTable) -> None:
        self._layout = layout
        self._table = table
        code_width = sum(field.last - field.first + 1 for field in layout.code)
        self._reasons = ReasonReader(layout.reasons, table, code_width)
        names = _compile(layout, table, self._reasons)
        self.fast: Callable[[str, int], TitleMovement | None] = names["fast"]
        self._fast_many: Callable[..., None] = names["fast_many"]

    def read(self, line: str, number: int, findings: Findings) -> TitleMovement | None:
        """Read a record; None, with the problems found, if one of its fields cannot be read."""
        return self.fast(line, number) or self._read_carefully(line, number, findings)

    def read_many(
        self,
        numbered: Iterable[tuple[int, str]],
        record_type: str,
        movements: list[TitleMovement],
        unusual: Callable[[int, str], None],
    ) -> None:
        """Append a movement for each numbered line that starts with `record_type` and is quickly read.

        Calls `unusual` with the number and the text of every other line, in order.
        """
        self._fast_many(numbered, record_type, movements, unusual)

    def _read_carefully(self, line: str, number: int, findings: Findings) -> TitleMovement | None:
        layout, values, readable = self._layout, dict[str, Any](), True
        for name, field in layout.record.items():
            try:
                values[name] = read_field(field, line, required=name in layout.required)
            except FieldError as error:
                readable = False
                findings.error(
                    error.code,
                    f"Positions {field.first} to {field.last} cannot be read: ask the bank to send the file again.",
                    line=number,
                    field=name,
                    found=error.problem.found,
                    expected=field.type.value,
                )
        code = "".join(field.cut(line) for field in layout.code)
        if not code.strip():
            place = f"{layout.code[0].first} to {layout.code[-1].last}"
            findings.error(
                "movement.code_missing",
                f"Positions {place} hold no movement code: ask the bank to send the file again.",
                line=number,
                field="code",
                found=code,
            )
            return None
        return self._assemble(line, number, code, values) if readable else None

    def _assemble(self, line: str, number: int, code: str, values: Mapping[str, Any]) -> TitleMovement:
        meaning = self._table.meaning(code)
        reasons, reason_partial = self._reasons[code + "".join(_cut_reasons(self._layout.reasons, line))]
        paid, credited, review = judge(self._layout.paid_rule, meaning, values)
        partial = meaning.partial or reason_partial
        if self._layout.partial and meaning.settles and self._layout.partial.cut(line).strip(" 0"):
            partial, reasons = True, (*reasons, Reason(self._layout.partial.cut(line).strip(), IN_PART))
        credit_on = values.get("credit_on")
        if self._layout.credit_when_settled and not meaning.settles:
            credit_on = None
        return TitleMovement(
            line=number,
            our_number=values.get("our_number"),
            document_number=values.get("document_number"),
            your_number=values.get("your_number"),
            kind=meaning.kind,
            code=code,
            description=meaning.description,
            reasons=reasons,
            occurred_on=cast("date | None", values.get("occurred_on")),
            credit_on=credit_on,
            due_on=values.get("due_on"),
            face_cents=values.get("face"),
            paid_cents=paid,
            credited_cents=credited,
            interest_cents=values.get("interest"),
            fine_cents=values.get("fine"),
            discount_cents=values.get("discount"),
            abatement_cents=values.get("abatement"),
            fee_cents=values.get("fee"),
            payer_name=values.get("payer_name"),
            pix=None,
            needs_review=review,
            partial=partial,
            reverses_payment=meaning.reverses_payment,
        )


def judge(rule: PaidRule, meaning: Meaning, values: Mapping[str, Any]) -> tuple[int | None, int | None, bool]:
    """Return what was paid, what was credited, and whether code and amounts contradict each other.

    A contradiction is "settled" with nothing paid, money beside a code that does not settle, an unknown code, or a
    code that takes a payment back. With `NET_OF_FEE` (Itaú Cobrança 400, Jul/2021, notes 17 and 19) the payer paid
    the posted amount plus the fee, unless the amounts show that the fee was charged apart; beside anything but a
    settlement the posted amount is the fee that the bank took, which is no income.
    """
    stated = values.get("paid")
    credited = values.get("credited")
    paid = stated
    if rule is PaidRule.NET_OF_FEE:
        paid, credited = _from_net(meaning, values, stated or 0)
    elif rule is PaidRule.ASKED and not meaning.settles:
        paid = 0
    review = not paid if meaning.settles else bool(paid) and not meaning.expects_money
    return paid, credited, review or meaning.reverses_payment or not meaning.known


def _from_net(meaning: Meaning, values: Mapping[str, Any], posted: int) -> tuple[int, int]:
    fee = values.get("fee") or 0
    if not meaning.settles:
        if posted == fee or meaning.kind is MovementKind.FEE:
            return 0, 0
        return posted, 0
    if not posted:
        return 0, 0
    owed = (values.get("face") or 0) + (values.get("interest") or 0)
    owed -= (values.get("discount") or 0) + (values.get("abatement") or 0)
    return (posted if posted == owed else posted + fee), posted


def _cut_reasons(fields: Iterable[ReasonField], line: str) -> tuple[str, ...]:
    return tuple(line[field.first - 1 : field.last] for field in fields)


def _compile(layout: MovementLayout, table: CodeTable, reasons: ReasonReader) -> dict[str, Any]:
    """Make the fast functions of a layout. Their text holds only numbers and names taken from the layout tables."""
    single = ["def fast(line, number):", *_body(layout, "    ", "return None", "return")]
    many = [
        "def fast_many(numbered, record_type, movements, unusual):",
        "    append = movements.append",
        "    for number, line in numbered:",
        "        if line[0] != record_type:",
        "            unusual(number, line)",
        "            continue",
        *_body(layout, "        ", "unusual(number, line); continue", "append"),
    ]
    names: dict[str, Any] = {
        "meanings": table.movements,
        "Movement": TitleMovement,
        "new": tuple.__new__,
        "FieldError": FieldError,
        "FEE": MovementKind.FEE,
        "Reason": Reason,
        "IN_PART": IN_PART,
        "reasons_of": reasons,
        **{f"date_{type_.name}": dates for type_, dates in DATES.items()},
    }
    exec(compile("\n".join([*single, *many]), "<layout table>", "exec"), names)  # noqa: S102  # see the docstring
    return names


def _body(layout: MovementLayout, indent: str, give_up: str, emit: str) -> Iterable[str]:
    return (indent + row for row in _rows(layout, give_up, emit))


def _rows(layout: MovementLayout, give_up: str, emit: str) -> Iterable[str]:
    amounts = {name: layout.record[name] for name in _AMOUNTS if name in layout.record}
    digits = " and ".join(f"line[{first - 1}:{last}].isdecimal()" for first, last in _runs(amounts.values()))
    if digits:
        yield f"if not ({digits}): {give_up}"
    yield f"code = {' + '.join(_slice(field) for field in layout.code)}"
    yield "try:"
    yield "    kind, description, partial, reverses, settles, money, _, _ = meanings[code]"
    for name in _DATES:
        yield f"    {name} = {_date(layout.record.get(name))}"
    yield f"except (KeyError, FieldError): {give_up}"
    yield from _amount_rows(amounts)
    yield from _paid_rows(layout.paid_rule, stated="paid" in amounts)
    if layout.credit_when_settled:
        yield "if not settles: credit_on = None"
    yield from _reason_rows(layout)
    texts = {name: f"{_slice(layout.record[name])}.strip() or None" for name in _TEXTS if name in layout.record}
    our, document, your, payer = (texts.get(name, "None") for name in _TEXTS)
    movement = (
        f"new(Movement, (number, {our}, {document}, {your}, kind, code, description, reasons,"
        " occurred_on, credit_on, due_on, face, paid, credited, interest, fine, discount, abatement, fee,"
        f" {payer}, None, review, partial, reverses))"
    )
    yield f"{emit}({movement})"


def _amount_rows(amounts: Mapping[str, Field]) -> Iterable[str]:
    unknown = [name for name in _AMOUNTS if name not in amounts]
    if unknown:
        yield f"{' = '.join(unknown)} = None"
    # Discount and abatement are zero almost always, and comparing is three times as quick as converting.
    rare = [name for name in ("abatement", "discount") if name in amounts]
    for name, field in amounts.items():
        zeros = "0" * (field.last - field.first + 1)
        if name in rare:
            yield f"{name} = 0 if {_slice(field)} == '{zeros}' else int({_slice(field)})"
        else:
            yield f"{name} = int({_slice(field)})"


def _paid_rows(rule: PaidRule, *, stated: bool) -> Iterable[str]:
    if rule is PaidRule.NET_OF_FEE:
        yield "posted, paid, credited = paid, 0, 0"
        yield "if settles:"
        yield "    if posted:"
        yield "        credited = posted"
        yield "        paid = posted if posted == face + interest - discount - abatement else posted + fee"
        yield "elif posted != fee and kind is not FEE: paid = posted"
    elif rule is PaidRule.ASKED:
        yield "if not settles: paid = 0"
    if stated:
        yield "review = reverses or (paid == 0 if settles else paid != 0 and not money)"
    else:
        yield "review = reverses or settles"


def _reason_rows(layout: MovementLayout) -> Iterable[str]:
    if not layout.reasons:
        yield "reasons = ()"
    else:
        cuts = " + ".join(f"line[{field.first - 1}:{field.last}]" for field in layout.reasons)
        yield f"reasons, in_part = reasons_of[code + {cuts}]"
        yield "if in_part: partial = True"
    if layout.partial:
        yield f"if settles and {_slice(layout.partial)}.strip(' 0'):"
        yield f"    partial, reasons = True, (*reasons, Reason({_slice(layout.partial)}.strip(), IN_PART))"


def _slice(field: Field) -> str:
    return f"line[{field.first - 1}:{field.last}]"


def _date(field: Field | None) -> str:
    return "None" if field is None else f"date_{field.type.name}[{_slice(field)}]"


def _runs(fields: Iterable[Field]) -> list[tuple[int, int]]:
    """Join fields that stand side by side, so that one look at the digits does for all of them."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted((field.first, field.last) for field in fields if field.type is FieldType.CENTS):
        if runs and runs[-1][1] + 1 >= first:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs
