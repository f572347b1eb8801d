"""The command line: which simulator, where, on which clock and seed."""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from chassis.clock import Clock, ClockError, SystemClock, VirtualClock
from simulators.outside.host import Simulator, World, serve


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one simulator until it is told to stop, or write a portfolio."""
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (describe, _) in SIMULATORS.items():
        one = commands.add_parser(name)
        one.add_argument("--port", type=int, default=0, help="0 takes a free one; DIR/address.json says which")
        one.add_argument("--host", default="127.0.0.1")
        one.add_argument("--data", type=Path, required=True, help="folder of its journal")
        one.add_argument("--clock", type=_clock, default="system", help="system, or virtual:PATH")
        one.add_argument("--seed", type=int, default=1)
        describe(one)
    portfolio = commands.add_parser("portfolio", help="write a portfolio to be imported")
    portfolio.add_argument("--customers", type=int, default=300)
    portfolio.add_argument("--invoices", type=int, default=1000)
    portfolio.add_argument("--seed", type=int, default=1)
    portfolio.add_argument("--start", type=date.fromisoformat, default=date(2026, 3, 2), help="first day of the run")
    portfolio.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    if given.command == "portfolio":
        from simulators.debtors.portfolio import write_portfolio

        write_portfolio(
            given.out, customers=given.customers, invoices=given.invoices, seed=given.seed, start=given.start
        )
        return
    world = World(data=given.data, clock=given.clock, seed=given.seed)
    serve(SIMULATORS[given.command][1](world, given), given.host, given.port)


def _clock(text: str) -> Clock:
    kind, _, path = text.partition(":")
    if text == "system":
        return SystemClock()
    if kind != "virtual" or not path:
        raise argparse.ArgumentTypeError("the clock is `system` or `virtual:PATH`")
    try:
        return VirtualClock(Path(path))
    except ClockError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError('a header is given as "name: value"')
    return name.strip().lower(), value.strip()


def _describe_psp(one: argparse.ArgumentParser) -> None:
    one.add_argument("--client-id", help="left out, any client gets a token")
    one.add_argument("--client-secret")
    one.add_argument("--location-host", default="pix.psp.example", help="host in the locations of charges")
    one.add_argument("--merchant-name", default="RECEBEDOR")
    one.add_argument("--merchant-city", default="SAO PAULO")
    one.add_argument("--webhook-header", type=_header, action="append", default=[], help='"name: value", repeatable')


def _psp(world: World, given: argparse.Namespace) -> Simulator:
    from simulators.psp.simulator import Psp

    return Psp(
        world,
        client_id=given.client_id,
        client_secret=given.client_secret,
        location_host=given.location_host,
        merchant=(given.merchant_name, given.merchant_city),
        webhook_headers=dict(given.webhook_header),
    )


def _describe_bank(one: argparse.ArgumentParser) -> None:
    one.add_argument("--token", help="bearer token that registration needs")
    one.add_argument("--fee-cents", type=int, default=189, help="for each settlement and each write-off")


def _bank(world: World, given: argparse.Namespace) -> Simulator:
    from simulators.bank.simulator import Bank

    return Bank(world, token=given.token, fee_cents=given.fee_cents)


def _describe_messages(one: argparse.ArgumentParser) -> None:
    one.add_argument("--token", help="bearer token that senders need")
    one.add_argument("--webhook-secret", help="whsec_…, signs callbacks by Standard Webhooks")


def _messages(world: World, given: argparse.Namespace) -> Simulator:
    from simulators.messages.simulator import Messages

    return Messages(world, token=given.token, webhook_secret=given.webhook_secret)


def _describe_mail(one: argparse.ArgumentParser) -> None:
    one.add_argument("--smtp-port", type=int, default=0)
    one.add_argument("--notifier", default="", help="address of the service that takes bounces and replies")
    one.add_argument("--inbound-token", default="", help="bearer token for it")


def _mail(world: World, given: argparse.Namespace) -> Simulator:
    from simulators.mail.simulator import MailProvider

    smtp = (given.host, given.smtp_port)
    return MailProvider(world, smtp=smtp, notifier=given.notifier, inbound_token=given.inbound_token)


def _describe_debtors(one: argparse.ArgumentParser) -> None:
    one.add_argument("--portfolio", type=Path, required=True, help="the file that was imported")
    for name in ("mail", "messages", "psp", "bank"):
        one.add_argument(f"--{name}", required=True, help=f"address of the {name} simulator")


def _debtors(world: World, given: argparse.Namespace) -> Simulator:
    from simulators.debtors.population import read_population
    from simulators.debtors.simulator import Debtors
    from simulators.debtors.world import Addresses

    addresses = Addresses(mail=given.mail, messages=given.messages, psp=given.psp, bank=given.bank)
    return Debtors(world, population=read_population(given.portfolio, world.seed), addresses=addresses)


Maker = Callable[[World, argparse.Namespace], Simulator]
Describer = Callable[[argparse.ArgumentParser], None]

SIMULATORS: dict[str, tuple[Describer, Maker]] = {
    "bank": (_describe_bank, _bank),
    "messages": (_describe_messages, _messages),
    "debtors": (_describe_debtors, _debtors),
    "mail": (_describe_mail, _mail),
    "psp": (_describe_psp, _psp),
}
