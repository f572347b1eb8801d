"""`boleto decode`, `boleto make`, `boleto make-collection`, `boleto profiles`, `boleto svg`."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any

from brasil.boleto import barcode, collection, free_field, itf25, line
from brasil.boleto import decode as reader
from brasil.boleto.decode import Decoded
from brasil.boleto.profiles import BY_NAME, PROFILES
from brasil.cli.arguments import cents, iso_date
from brasil.cli.batch import lines
from brasil.cli.output import ACCEPTED, REFUSED, money, print_fields, print_json, print_problems, print_table
from brasil.errors import BrasilError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands; the options of `make` come from the banks' tables."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    decode = commands.add_parser("decode", help="read a barcode (44), a line (47) or an arrecadação line (48)")
    decode.add_argument("code", nargs="*", metavar="LINE_OR_BARCODE", help="the digits, with or without punctuation")
    decode.add_argument("--on", type=iso_date, metavar="DATE", help="the day on which the boleto is read; else today")
    decode.add_argument("--batch", metavar="FILE", help="one code a line (-: standard input), one JSON object a line")
    decode.add_argument("--json", action="store_true", help="print JSON")

    make = commands.add_parser("make", help="make a bank boleto's barcode and line")
    make.add_argument("--profile", required=True, choices=list(BY_NAME), metavar="NAME", help="see `boleto profiles`")
    make.add_argument("--due", type=iso_date, metavar="DATE", help="due date; without it the factor is 0000")
    make.add_argument("--amount-cents", type=cents, default=0, metavar="N", help="0, the default: an open amount")
    make.add_argument("--json", action="store_true", help="print JSON")
    values = make.add_argument_group("values of the campo livre", "which of them a bank needs: `boleto profiles`")
    for name in _value_names():
        values.add_argument(f"--{name.replace('_', '-')}", metavar="DIGITS")

    bill = commands.add_parser("make-collection", help="make an arrecadação barcode and line")
    bill.add_argument("--segment", required=True, choices=list(collection.SEGMENTS), metavar="1-7|9")
    bill.add_argument("--value-id", default="6", choices=["6", "7", "8", "9"], help="6, 7: modulo 10; 8, 9: modulo 11")
    bill.add_argument("--amount-cents", type=cents, required=True, metavar="N")
    bill.add_argument("--company", required=True, metavar="DIGITS", help="4 digits; segment 6: the CNPJ root, 8")
    bill.add_argument("--free-use", default="", metavar="DIGITS")
    bill.add_argument("--json", action="store_true", help="print JSON")

    profiles = commands.add_parser("profiles", help="list the banks' layouts and the values each needs")
    profiles.add_argument("--json", action="store_true", help="print JSON")

    svg = commands.add_parser("svg", help="print the ITF-25 bars of a code as SVG, 103 mm × 13 mm")
    svg.add_argument("code", nargs="+", metavar="LINE_OR_BARCODE")


def run(args: argparse.Namespace) -> int:
    """Carry out one action."""
    actions = {
        "decode": _decode,
        "make": _make,
        "make-collection": _make_collection,
        "profiles": _profiles,
        "svg": _svg,
    }
    return actions[args.action](args)


def _value_names() -> list[str]:
    names: dict[str, None] = {}
    for profile in PROFILES:
        names.update(dict.fromkeys(profile.inputs))
    return list(names)


def _today() -> date:
    # The one clock read: whoever types a code into a terminal means "payable today".
    return date.today()  # noqa: TID251, DTZ011  # an edge; the rules below take the day as an argument


def document(decoded: Decoded) -> dict[str, Any]:
    """Return the JSON answer of `boleto decode`."""
    field = decoded.free_field
    return {
        "kind": decoded.kind,
        "valid": decoded.valid,
        "barcode": decoded.barcode,
        "line": decoded.line,
        "bank": decoded.bank,
        "segment": decoded.segment,
        "company": decoded.company,
        "due_on": decoded.due_on,
        "due_cycle": decoded.due_cycle,
        "amount_cents": decoded.amount_cents,
        "our_number": decoded.our_number,
        "our_number_printed": None if field is None else field.our_number_printed,
        "profile": None if field is None else field.profile.name,
        "free_field": None if field is None else dict(field.values),
        "problems": list(decoded.problems),
    }


def _decode(args: argparse.Namespace) -> int:
    on = args.on or _today()
    if args.batch is not None:
        accepted = True
        for text in lines(args.batch):
            decoded = reader.decode(text, on)
            accepted = accepted and decoded.valid
            print_json(document(decoded), one_line=True)
        return ACCEPTED if accepted else REFUSED
    if not args.code:
        raise BrasilError("cli.code", "Give a line or a barcode, or --batch FILE.")
    decoded = reader.decode(" ".join(args.code), on)
    if args.json:
        print_json(document(decoded))
    else:
        _print_decoded(decoded, on)
    return ACCEPTED if decoded.valid else REFUSED


def _print_decoded(decoded: Decoded, on: date) -> None:
    rows: list[tuple[str, object]] = [
        ("valid", "yes" if decoded.valid else "no"),
        ("kind", decoded.kind),
        ("barcode", decoded.barcode),
    ]
    if decoded.kind == "bank":
        rows += [
            ("line", decoded.line and line.format(decoded.line)),
            ("bank", decoded.bank),
            ("due on", decoded.due_on and f"{decoded.due_on} (cycle {decoded.due_cycle}, read on {on})"),
            ("amount", "open" if decoded.amount_cents == 0 else money(decoded.amount_cents)),
            ("nosso número", (decoded.free_field and decoded.free_field.our_number_printed) or decoded.our_number),
        ]
    elif decoded.kind == "collection":
        rows += [
            ("line", decoded.line and collection.format(decoded.line)),
            ("segment", decoded.segment and f"{decoded.segment} ({collection.SEGMENTS[decoded.segment]})"),
            ("company", decoded.company),
            ("amount", money(decoded.amount_cents)),
        ]
    print_fields(rows)
    print_problems(decoded.problems)


def _make(args: argparse.Namespace) -> int:
    profile = free_field.find_profile(args.profile)
    given = {name: getattr(args, name) for name in _value_names() if getattr(args, name) is not None}
    field = free_field.build(profile, given, has_amount=args.amount_cents > 0)
    code = barcode.build(bank=profile.bank, due_on=args.due, amount_cents=args.amount_cents, free_field=field.digits)
    typed = line.from_barcode(code)
    answer: dict[str, Any] = {
        "kind": "bank",
        "barcode": code.digits,
        "line": typed,
        "line_formatted": line.format(typed),
        "bank": profile.bank,
        "due_on": args.due,
        "due_factor": code.due_factor,
        "amount_cents": args.amount_cents,
        "our_number": field.our_number,
        "our_number_check": field.our_number_check,
        "our_number_printed": field.our_number_printed,
        "free_field": field.digits,
    }
    return _print_made(answer, args)


def _make_collection(args: argparse.Namespace) -> int:
    code = collection.build(
        segment=args.segment,
        value_id=args.value_id,
        amount_cents=args.amount_cents,
        company=args.company,
        free_use=args.free_use,
    )
    answer: dict[str, Any] = {
        "kind": "collection",
        "barcode": code.digits,
        "line": collection.line_of(code),
        "line_formatted": collection.format(code.digits),
        "segment": code.segment,
        "company": code.company,
        "amount_cents": code.amount_cents,
    }
    return _print_made(answer, args)


def _print_made(answer: dict[str, Any], args: argparse.Namespace) -> int:
    if args.json:
        print_json(answer)
    else:
        print_fields((name.replace("_", " "), value) for name, value in answer.items())
    return ACCEPTED


def _profiles(args: argparse.Namespace) -> int:
    if args.json:
        print_json(
            {
                "profiles": [
                    {
                        "name": profile.name,
                        "bank": profile.bank,
                        "title": profile.title,
                        "source": profile.source,
                        "values": {name: profile.length_of(name) for name in profile.inputs},
                        "defaults": dict(profile.defaults),
                    }
                    for profile in PROFILES
                ]
            }
        )
        return ACCEPTED
    print_table(
        ("profile", "bank", "title", "values (digits)"),
        (
            (
                profile.name,
                profile.bank,
                profile.title,
                " ".join(
                    f"{name}({profile.length_of(name)})"
                    + ("=" + profile.defaults[name] if name in profile.defaults else "")
                    for name in profile.inputs
                ),
            )
            for profile in PROFILES
        ),
    )
    return ACCEPTED


def _svg(args: argparse.Namespace) -> int:
    decoded = reader.decode(" ".join(args.code), _today())
    if decoded.barcode is None:
        print_problems(decoded.problems)
        return REFUSED
    sys.stdout.write(itf25.svg(decoded.barcode) + "\n")
    return ACCEPTED
