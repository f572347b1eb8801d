"""`pix decode`, `pix make`."""

from __future__ import annotations

import argparse
from typing import Any

from brasil.cli.arguments import cents
from brasil.cli.batch import lines
from brasil.cli.output import ACCEPTED, REFUSED, money, print_fields, print_json, print_problems
from brasil.errors import BrasilError
from brasil.pix import br_code
from brasil.pix import decode as reader
from brasil.pix.decode import Decoded
from brasil.text import fold


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    decode = commands.add_parser("decode", help="read a BR Code (the copia e cola text)")
    decode.add_argument("code", nargs="?", metavar="CODE", help="in quotes: the code has blanks")
    decode.add_argument("--batch", metavar="FILE", help="one code a line (-: standard input), one JSON object a line")
    decode.add_argument("--json", action="store_true", help="print JSON")

    make = commands.add_parser("make", help="make a BR Code", description="Give --key (static) or --url (dynamic).")
    make.add_argument("--key", help="static: CPF, CNPJ, +55 phone, e-mail or UUID")
    make.add_argument("--url", help="dynamic: location of the cob or cobv, without https://")
    make.add_argument("--recurrence-url", help="dynamic: location of a recurrence (Pix Automático)")
    make.add_argument("--name", required=True, help="merchant, 25 characters at most; accents are taken off")
    make.add_argument("--city", required=True, help="15 characters at most; accents are taken off")
    make.add_argument("--amount-cents", type=cents, metavar="N", help="without it the payer chooses")
    make.add_argument("--txid", help="static: 1 to 25 letters and digits")
    make.add_argument("--info", help="static: free text for the payer")
    make.add_argument("--postal-code", metavar="CEP")
    make.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Carry out one action."""
    return _decode(args) if args.action == "decode" else _make(args)


def document(decoded: Decoded) -> dict[str, Any]:
    """Return the JSON answer of `pix decode`."""
    code = decoded.code
    return {
        "valid": decoded.valid,
        "kind": code and code.kind,
        "key": code and code.key,
        "url": code and code.url,
        "recurrence_url": code and code.recurrence_url,
        "amount_cents": code and code.amount_cents,
        "txid": code and code.txid,
        "info": code and code.info,
        "merchant_name": code and code.merchant_name,
        "merchant_city": code and code.merchant_city,
        "postal_code": code and code.postal_code,
        "crc": decoded.crc,
        "problems": list(decoded.problems),
    }


def _decode(args: argparse.Namespace) -> int:
    if args.batch is not None:
        accepted = True
        for text in lines(args.batch):
            decoded = reader.decode(text)
            accepted = accepted and decoded.valid
            print_json(document(decoded), one_line=True)
        return ACCEPTED if accepted else REFUSED
    if args.code is None:
        raise BrasilError("cli.code", "Give a BR Code, or --batch FILE.")
    decoded = reader.decode(args.code)
    if args.json:
        print_json(document(decoded))
    else:
        rows = {name: value for name, value in document(decoded).items() if name != "problems"}
        rows["valid"] = "yes" if decoded.valid else "no"
        rows["amount"] = money(rows.pop("amount_cents"))
        print_fields((name.replace("_", " "), value) for name, value in rows.items())
        print_problems(decoded.problems)
    return ACCEPTED if decoded.valid else REFUSED


def _make(args: argparse.Namespace) -> int:
    if (args.key is None) == (args.url is None and args.recurrence_url is None):
        raise BrasilError("cli.pix", "Give --key for a static code, or --url or --recurrence-url for a dynamic one.")
    if args.key is None and (args.txid is not None or args.info is not None):
        raise BrasilError("cli.pix", "--txid and --info belong to static codes; a charge has its own.")
    if args.key is not None:
        code = br_code.static(
            key=args.key,
            merchant_name=fold(args.name),
            merchant_city=fold(args.city),
            amount_cents=args.amount_cents,
            txid=args.txid,
            info=None if args.info is None else fold(args.info),
            postal_code=args.postal_code,
        )
    else:
        code = br_code.dynamic(
            url=args.url,
            recurrence_url=args.recurrence_url,
            merchant_name=fold(args.name),
            merchant_city=fold(args.city),
            amount_cents=args.amount_cents,
            postal_code=args.postal_code,
        )
    answer = {"code": code, **document(reader.decode(code))}
    if args.json:
        print_json(answer)
    else:
        print_fields([("code", code)])
    return ACCEPTED
