"""`charges`: what a receivable costs on a day, every line with its rule and source."""

from __future__ import annotations

import argparse
import re
from datetime import date
from decimal import Decimal
from typing import Final

from brasil.charges.ledger import Payment
from brasil.charges.rounding import Rounding
from brasil.charges.statement import ChargeStatement, charges
from brasil.charges.terms import (
    CapPolicy,
    Charge,
    Contract,
    DailyAmount,
    Days,
    DiscountPerDay,
    DiscountUntil,
    FixedAmount,
    Imputation,
    Interest,
    InterestRate,
    LegalRate,
    PaymentDating,
    Percent,
    RateBasis,
    Terms,
    WeekendRule,
)
from brasil.cli.arguments import cents, iso_date
from brasil.cli.output import (
    ACCEPTED,
    REFUSED,
    money,
    print_error,
    print_fields,
    print_json,
    print_problems,
    print_table,
)
from brasil.cli.places import add_place, calendar_of
from brasil.errors import BrasilError

_AMOUNT: Final = re.compile(r"(\d{1,15})|(\d{1,4}(?:[.,]\d{1,12})?)%", re.ASCII)
_LEGAL: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])=(-?\d{1,2}(?:[.,]\d{1,6})?)%?", re.ASCII)
_BASES: Final = {
    "": RateBasis.MONTH_30,
    "day": RateBasis.DAY,
    "month": RateBasis.MONTH_30,
    "year": RateBasis.YEAR_365,
    **{basis.value: basis for basis in RateBasis},
}
_EPILOG: Final = """\
amounts are whole cents (150), percentages end in % (2%, 0.033%).
  --fine      2% | 500
  --interest  1%/month | 1%/month-30 | 0.033%/day | 12%/year-365 | 15/day (cents a day)
  --legal-rate  2026-03=0.62%   (taxa legal, BCB SGS series 29543; once for each month late)
  --discount  5%@2026-01-05 | 500@2026-01-05 | 10/day | 0.1%/day | 0.1%/business-day   (dates: up to three times)
  --paid      2026-02-01=5000
exit status: 0 worked out, 2 refused (for example a fine above the law).
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("--face-cents", type=cents, required=True, metavar="CENTS")
    parser.add_argument("--due", type=iso_date, required=True, metavar="DATE")
    parser.add_argument("--on", type=iso_date, required=True, metavar="DATE", help="the day of payment")
    parser.add_argument("--fine", metavar="CHARGE")
    parser.add_argument("--interest", metavar="RATE")
    parser.add_argument("--interest-days", choices=[days.value for days in Days], default=Days.CALENDAR.value)
    parser.add_argument("--legal-rate", action="append", default=[], metavar="MONTH=PERCENT")
    parser.add_argument("--discount", action="append", default=[], metavar="DISCOUNT")
    parser.add_argument("--abatement", metavar="CHARGE")
    parser.add_argument("--paid", action="append", default=[], metavar="DATE=CENTS")
    parser.add_argument("--grace-days", type=int, default=0, metavar="N")
    for name, kind, default, what in (
        ("--weekend-rule", WeekendRule, WeekendRule.LAW_7089, "if the due date is no working day"),
        ("--payment-dating", PaymentDating, PaymentDating.AS_PAID, "the day a payment counts for"),
        ("--rounding", Rounding, Rounding.DAILY_DOWN, "how interest becomes cents"),
        ("--imputation", Imputation, Imputation.INTEREST_FINE_PRINCIPAL, "what a partial payment pays first"),
        ("--contract", Contract, Contract.CONSUMER, "for the limits of the law"),
        ("--cap-policy", CapPolicy, CapPolicy.REFUSE, "terms above the law"),
    ):
        values = [member.value for member in kind]
        parser.add_argument(
            name, choices=values, default=default.value, metavar="NAME",
            help=f"{what}: {', '.join(values)}; default {default.value}",
        )  # fmt: skip
    add_place(parser)
    parser.add_argument("--json", action="store_true")


def _wrong(option: str, text: str, expected: str) -> BrasilError:
    return BrasilError(
        "charges.option", f"{option} is written {expected}.", field=option.removeprefix("--"), found=text,
        expected=expected,
    )  # fmt: skip


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _charge(option: str, text: str) -> Charge:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise _wrong(option, text, "as whole cents (500) or a percentage (2%)")
    return FixedAmount(int(match[1])) if match[1] else Percent(_decimal(match[2]))


def _interest(text: str, days: Days) -> Interest:
    amount, _, basis = text.partition("/")
    match = _AMOUNT.fullmatch(amount)
    if match is None or basis not in _BASES or (match[1] and basis != "day"):
        raise _wrong("--interest", text, "as 1%/month, 0.033%/day, 12%/year-365 or 15/day")
    if match[1]:
        return DailyAmount(int(match[1]), days)
    return InterestRate(_decimal(match[2]), _BASES[basis], days)


def _legal_rate(texts: list[str]) -> LegalRate:
    months = []
    for text in texts:
        match = _LEGAL.fullmatch(text)
        if match is None:
            raise _wrong("--legal-rate", text, "as 2026-03=0.62%, once a month")
        months.append((date(int(match[1]), int(match[2]), 1), _decimal(match[3])))
    return LegalRate(tuple(months))


def _discounts(texts: list[str]) -> tuple[DiscountUntil, ...] | DiscountPerDay:
    tiers: list[DiscountUntil] = []
    for text in texts:
        amount, _, kind = text.partition("/")
        if kind in {"day", "business-day"}:
            if len(texts) > 1:
                raise _wrong("--discount", text, "once if it is by day")
            return DiscountPerDay(_charge("--discount", amount), Days.CALENDAR if kind == "day" else Days.BUSINESS)
        amount, _, until = text.partition("@")
        try:
            tiers.append(DiscountUntil(iso_date(until), _charge("--discount", amount)))
        except argparse.ArgumentTypeError as error:
            raise _wrong("--discount", text, "as 5%@2026-01-05, 500@2026-01-05 or 10/day") from error
    return tuple(tiers)


def _paid(text: str) -> Payment:
    on, _, amount = text.partition("=")
    match = _AMOUNT.fullmatch(amount)
    if match is None or match[1] is None:
        raise _wrong("--paid", text, "as 2026-02-01=5000")
    try:
        return Payment(iso_date(on), int(match[1]))
    except argparse.ArgumentTypeError as error:
        raise _wrong("--paid", text, "as 2026-02-01=5000") from error


def _terms(args: argparse.Namespace) -> Terms:
    interest: Interest | None = _interest(args.interest, Days(args.interest_days)) if args.interest else None
    if args.legal_rate:
        if interest is not None:
            raise BrasilError("charges.option", "Give --interest or --legal-rate, not both.", field="legal-rate")
        interest = _legal_rate(args.legal_rate)
    return Terms(
        fine=_charge("--fine", args.fine) if args.fine else None,
        interest=interest,
        discounts=_discounts(args.discount),
        abatement=_charge("--abatement", args.abatement) if args.abatement else None,
        grace_days=args.grace_days,
        weekend_rule=WeekendRule(args.weekend_rule),
        payment_dating=PaymentDating(args.payment_dating),
        rounding=Rounding(args.rounding),
        imputation=Imputation(args.imputation),
        contract=Contract(args.contract),
        cap_policy=CapPolicy(args.cap_policy),
    )


def run(args: argparse.Namespace) -> int:
    """Work it out and print it."""
    try:
        statement = charges(
            face_cents=args.face_cents,
            due_on=args.due,
            on=args.on,
            terms=_terms(args),
            calendar=calendar_of(args),
            paid=[_paid(text) for text in args.paid],
        )
    except BrasilError as error:
        if args.json:
            print_json({"total_cents": None, "lines": [], "problems": [error.problem]})
        else:
            print_error(error)
        return REFUSED
    if args.json:
        print_json(statement.as_dict())
    else:
        _print_readable(statement)
    return ACCEPTED


def _print_readable(statement: ChargeStatement) -> None:
    print_table(
        ("line", "amount", "base", "rate", "days", "rule", "source"),
        [
            (line.kind, money(line.amount_cents), money(line.base_cents), line.rate, line.days, line.rule, line.source)
            for line in statement.lines
        ],
    )
    print_fields(
        [
            ("due", statement.due.written_on),
            ("payable until", statement.due.payable_until),
            ("days late", statement.days_late),
            ("total", money(statement.total_cents)),
        ]
    )
    print_problems(statement.problems)
