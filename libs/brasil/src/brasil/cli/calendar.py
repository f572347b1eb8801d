"""`calendar`: bank working days and lawful contact."""

from __future__ import annotations

import argparse
import json
from typing import Any

from brasil.calendar.bank import BankCalendar, YearEnd
from brasil.cli.arguments import iso_date
from brasil.cli.output import ACCEPTED, REFUSED, print_error, print_fields, print_json
from brasil.cli.places import add_place, calendar_of, instant, table_of
from brasil.errors import BrasilError

_CHANNELS = ("voice", "sms", "whatsapp", "email")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    commands = parser.add_subparsers(dest="calendar_command", required=True, metavar="COMMAND")
    following = commands.add_parser(
        "next-bank-day", help="the first bank working day after a date",
        epilog="`on_or_after` in the JSON answer is the date itself if it is a working day.",
    )  # fmt: skip
    is_bank_day = commands.add_parser(
        "is-bank-day",
        help="whether banks work on a date",
        epilog="exit status: 0 answered, also when the answer is no.",
    )
    for command in (following, is_bank_day):
        command.add_argument("date", type=iso_date, metavar="DATE")
        command.add_argument("--year-end", choices=[policy.value for policy in YearEnd], default=YearEnd.OPEN.value)
        add_place(command)
        command.add_argument("--json", action="store_true")
    contact = commands.add_parser(
        "contact", help="whether a debtor may be contacted at an instant, and if not, when",
        epilog="exit status: 0 answered, also when the answer is no; 2 for a wrong question.",
    )  # fmt: skip
    contact.add_argument("--channel", required=True, choices=_CHANNELS)
    contact.add_argument("--at", type=instant, required=True, metavar="INSTANT")
    contact.add_argument("--zone", help="the debtor's time zone, if not that of the place")
    contact.add_argument(
        "--limits",
        metavar="JSON",
        help='the tenant\'s own hours, e.g. {"weekday": "09:00-18:00", "saturday": "closed"}',
    )
    add_place(contact)
    contact.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Answer one question."""
    try:
        answer = _contact(args) if args.calendar_command == "contact" else _bank_day(args)
    except BrasilError as error:
        if args.json:
            print_json({"problems": [error.problem]})
        else:
            print_error(error)
        return REFUSED
    if args.json:
        print_json(answer)
    elif args.calendar_command == "next-bank-day":
        print(answer["next_bank_day"])
    else:
        print_fields((label.replace("_", " "), value) for label, value in answer.items() if label != "problems")
    return ACCEPTED


def _bank_day(args: argparse.Namespace) -> dict[str, Any]:
    place = calendar_of(args)
    calendar = BankCalendar(uf=place.uf, city=place.city, table=table_of(args), year_end=YearEnd(args.year_end))
    holiday = calendar.holiday(args.date)
    answer: dict[str, Any] = {
        "date": args.date,
        "is_bank_day": calendar.is_bank_day(args.date),
        "holiday": None if holiday is None else holiday.name,
        "source": None if holiday is None else holiday.source,
    }
    if args.calendar_command == "next-bank-day":
        answer["next_bank_day"] = calendar.next(args.date)
        answer["on_or_after"] = calendar.same_or_next(args.date)
    return {**answer, "problems": []}


def _contact(args: argparse.Namespace) -> dict[str, Any]:
    from brasil.contact.limits import TenantLimits
    from brasil.contact.rule import allowed
    from brasil.contact.windows import Channel
    from brasil.contact.zones import named_zone

    calendar = calendar_of(args)
    if calendar.uf is None:
        raise BrasilError("place.missing", "Say where the debtor lives: --uf, or --city with its IBGE code.")
    verdict = allowed(
        at=args.at,
        uf=calendar.uf,
        city=calendar.city,
        channel=Channel(args.channel),
        tenant_limits=TenantLimits.parse(_limits(args.limits)) if args.limits else None,
        calendar=calendar,
        zone=named_zone(args.zone) if args.zone else None,
    )
    return {**verdict.as_dict(), "problems": []}


def _limits(text: str) -> dict[str, str]:
    try:
        limits = json.loads(text)
    except (ValueError, RecursionError):
        limits = None
    if not isinstance(limits, dict) or not all(isinstance(value, str) for value in limits.values()):
        raise BrasilError("contact.limits", 'Limits are written {"weekday": "09:00-18:00", "saturday": "closed"}.')
    return limits
