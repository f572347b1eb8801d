"""A run's result as a person reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from regua.demo.run import reais
from regua.demo.whole import Finished


def print_report(done: Finished) -> None:
    """The report, the invariants, where the time went, and where to look."""
    console = Console()
    report = done.verdict.report
    for table in _tables(report):
        console.print(table)
    console.print(_invariants(done.verdict.findings.by_rule))
    console.print(_costs(done))
    if done.stopped:
        console.print("Everything was stopped and its data deleted.")
        return
    where = Table("look here", "address", title="It goes on running")
    for name, address in done.addresses.items():
        where.add_row(name, address)
    console.print(where)
    console.print(
        "regua timeline CUSTOMER, regua why INVOICE, regua events tail TOPIC and regua simulate advance 1d look "
        f"further.\nTo stop: REGUA_HOME={done.home.root} regua down --wipe"
    )


def _tables(report: Mapping[str, Any]) -> Iterable[Table]:
    yield _portfolio(report)
    yield _messages(report["messages"], report["engagement"])
    yield _money(report)
    yield _ageing(report["ageing"])
    yield _forecast(report["forecast"])
    rest = Table("what", "how many", title="People")
    for title in ("promises", "answers", "holds", "escalated"):
        for name, count in report[title].items():
            rest.add_row(f"{title}: {name}", str(count))
    yield rest


def _portfolio(report: Mapping[str, Any]) -> Table:
    portfolio = report["portfolio"]
    table = Table("portfolio", "invoices", "amount", title=f"As of {report['as_of']}")
    table.add_row("issued", str(portfolio["invoices"]), reais(portfolio["issued_cents"]))
    for state, told in portfolio["by_state"].items():
        table.add_row(state, str(told["invoices"]), reais(told["amount_cents"]))
    table.add_row("still open", "", reais(portfolio["open_cents"]))
    days = report["days_to_receive"]
    table.add_row("days to receive, from issue", str(days["from_issue"]), "")
    table.add_row("days to receive, from due date", str(days["from_due_date"]), "")
    table.add_row("paid by the due date", f"{days['paid_by_the_due_date_percent']} %", "")
    return table


def _messages(messages: Mapping[str, Any], engagement: Mapping[str, int]) -> Table:
    table = Table("messages", "sent", "delivered", "failed", title="Messages")
    for channel, told in messages["by_channel"].items():
        table.add_row(channel, *(str(told.get(word, 0)) for word in ("sent", "delivered", "failed")))
    table.add_section()
    for name, count in engagement.items():
        table.add_row(name.replace("_", " "), str(count))
    for reason, count in messages["suppressed"].items():
        table.add_row(f"kept back: {reason}", str(count))
    return table


def _money(report: Mapping[str, Any]) -> Table:
    payments = report["payments"]
    table = Table("money", "payments", "amount", title="Money")
    for route, told in payments["by_route"].items():
        table.add_row(f"by {route}", str(told["receipts"]), reais(told["gross_cents"]))
    table.add_section()
    for name in ("principal_cents", "interest_and_fine_cents", "discount_cents", "unapplied_cents", "reversed_cents"):
        table.add_row(name.removesuffix("_cents").replace("_", " "), "", reais(payments[name]))
    table.add_section()
    for outcome, count in payments["outcomes"].items():
        table.add_row(f"outcome {outcome}", str(count))
    return table


def _ageing(ageing: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("open, by age", "invoices", "amount", title="Ageing")
    for name, told in ageing.items():
        table.add_row(name, str(told["invoices"]), reais(told["open_cents"]))
    return table


def _forecast(horizons: list[dict[str, Any]]) -> Table:
    table = Table("days ahead", "expected", "came", "error", title="Cash forecast against what happened")
    for told in horizons:
        first, last = told["first_day_ahead"], told["last_day_ahead"]
        days = str(first) if first == last else f"{first} to {last}"
        expected, came = reais(told["expected_cents"]), reais(told["received_cents"])
        table.add_row(days, expected, came, str(told["error_share"] or ""))
    return table


def _invariants(by_rule: Mapping[str, list[str]]) -> Table:
    table = Table("must hold", "breaches", "first", title="Invariants")
    for rule, breaches in by_rule.items():
        table.add_row(rule, str(len(breaches)), breaches[0] if breaches else "")
    return table


def _costs(done: Finished) -> Table:
    table = Table("where the time went", "seconds", "memory", "MB", title="Costs")
    times = [(name, f"{seconds:.1f}") for name, seconds in done.spent.items()]
    memory = [(name, str(megabytes)) for name, megabytes in sorted(done.memory_mb.items())]
    for index in range(max(len(times), len(memory))):
        left = times[index] if index < len(times) else ("", "")
        right = memory[index] if index < len(memory) else ("", "")
        table.add_row(*left, *right)
    return table
