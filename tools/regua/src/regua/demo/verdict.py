"""The end of a run: its report and every invariant, from REST and topics, beside the outside's own record."""

import io
import json
from dataclasses import dataclass
from typing import Any

from regua.demo.days import local_day
from regua.demo.invariants import Findings, check_log, hand_offs_without_a_fact, newest_invoices
from regua.demo.outside import BANK, MAIL, MESSAGES, PSP
from regua.demo.report import tell
from regua.demo.run import START, Run


@dataclass(frozen=True)
class Verdict:
    """What is printed and what is compared: equal runs have equal reports and equal counts."""

    report: dict[str, Any]
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        """Without ids and wall-clock times."""
        return {**self.report, "invariants": self.findings.counts(), "clean": self.findings.clean}


async def judge(run: Run) -> Verdict:
    """Read everything up to now and judge it."""
    await run.platform.quiet(within_seconds=300)
    await run.reader.catch_up()
    today = local_day(run.platform.clock.now())
    report = tell(run.log, on=today)
    report["bank_files"] = dict(sorted(run.files.items()))
    report["debtors"] = dict(sorted(run.actions.items()))
    report["parked"] = run.platform.parked_keys
    report["forecast"] = await forecast_beside_what_came(run)
    findings = check_log(run.log)
    findings.add("every record reads by its contract", run.reader.unreadable)
    findings.add("nothing is parked", [f"{run.platform.parked_keys} keys"] if run.platform.parked_keys else [])
    findings.add("the ledger adds up to zero", await ledger_faults(run))
    findings.add("every hand-off has its fact", hand_offs_without_a_fact(run.log, await handed_off(run)))
    findings.add("money at bank and PSP is money in the books", await money_apart(run))
    findings.add("the evidence chain verifies", await evidence_faults(run))
    findings.add("analytics agrees with the topics", await analytics_apart(run, report))
    return Verdict(report, findings)


async def ledger_faults(run: Run) -> list[str]:
    """What payments' own check of its ledger finds."""
    told = await run.tenant["payments"].get("/v1/ledger/check")
    return [] if told["ok"] else [f"{name} {value}" for name, value in told.items() if name != "ok"]


async def forecast_beside_what_came(run: Run) -> list[dict[str, Any]]:
    """What each day's forecast expected, beside what came, by how far ahead it looked."""
    told = await run.tenant["analytics"].get("/v1/figures/forecast-grades", **{"from": START.isoformat()})
    names = ("first_day_ahead", "last_day_ahead", "expected_cents", "received_cents", "error_share")
    return [{name: horizon[name] for name in names} for horizon in told["horizons"]]


async def analytics_apart(run: Run, report: dict[str, Any]) -> list[str]:
    """Where the figures of analytics differ from what the topics add up to."""
    told = await run.tenant["analytics"].get("/v1/figures/portfolio")
    own = report["portfolio"]
    found = [
        f"{name}: {told[name]} by analytics, {own[name]} in the topics"
        for name in ("invoices", "open_cents")
        if told[name] != own[name]
    ]
    paid = sum(state["principal_paid_cents"] for state in told["states"])
    principal = sum(invoice.balance.principal_paid_cents for invoice in newest_invoices(run.log).values())
    return found + ([f"principal paid: {paid} by analytics, {principal} in the topics"] if paid != principal else [])


async def truth(run: Run, simulator: str) -> list[dict[str, Any]]:
    """A simulator's own append-only record, to its end."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        answer = await run.platform.client.get(
            f"{run.platform.outside.url(simulator)}/truth", params={"limit": "5000", "after": str(after)}
        )
        answer.raise_for_status()
        page = [json.loads(line) for line in io.StringIO(answer.text) if line.strip()]
        if not page:
            return found
        found += page
        after = page[-1]["position"]


async def handed_off(run: Run) -> list[str]:
    """The provider's id of everything that a provider took from us."""
    mails = [str(entry["body"]["message_id"]) for entry in await truth(run, MAIL) if entry["kind"] == "mail.accepted"]
    texts = [str(entry["subject"]) for entry in await truth(run, MESSAGES) if entry["kind"] == "message.taken"]
    return mails + texts


async def money_apart(run: Run) -> list[str]:
    """Money that bank and PSP say was paid to us, against what payments received by the same route.

    The bank tells a day's payments in the file of the next morning, so today's are not looked at. A boleto so small
    that the bank's fee takes all of it comes as settled without money: it must be a question to a person instead.
    """
    received = {"pix": 0, "boleto": 0}
    for fact in run.log.of("payment.received"):
        if fact.route in received:
            received[fact.route] += fact.gross_cents
    today = local_day(run.platform.clock.now()).isoformat()
    told = [
        entry["body"]
        for entry in await truth(run, BANK)
        if entry["kind"] == "title.paid" and entry["body"]["occurred_on"] < today
    ]
    paid = {
        "pix": sum(
            cents_of(entry["body"]["pix"]["valor"])
            for entry in await truth(run, PSP)
            if entry["kind"] == "pix.received"
        ),
        "boleto": sum(int(entry["paid_cents"]) for entry in told if entry["fee_cents"] < entry["paid_cents"]),
    }
    swallowed = sum(entry["fee_cents"] >= entry["paid_cents"] for entry in told)
    questions = await run.tenant["payments"].get("/v1/proposals", kind="movement", limit=200)
    asked = sum(one["details"].get("reason") == "settled_without_money" for one in questions["items"])
    unasked = [f"{swallowed} boletos settled without money, {asked} questions"] if swallowed != asked else []
    return unasked + [
        f"{route}: {cents} outside, {received[route]} in the books"
        for route, cents in paid.items()
        if cents != received[route]
    ]


def cents_of(value: str) -> int:
    """The cents of an amount as API Pix writes it, `123.45`."""
    whole, _, rest = value.partition(".")
    return int(whole) * 100 + int(rest)


async def evidence_faults(run: Run) -> list[str]:
    """Breaks of the tenant's hash chain, recomputed from what every message event says of it."""
    return chain_faults([fact.evidence for fact in run.log.facts_with_evidence()])


def chain_faults(links: list[Any]) -> list[str]:
    """Links that do not join: a sequence number missing or twice, or a hash that is not its predecessor's."""
    by_sequence = {link.sequence: link for link in links}
    found = []
    if len(by_sequence) != len({(link.sequence, link.entry_hash) for link in links}):
        found.append("two entries have one number")
    for sequence, link in sorted(by_sequence.items()):
        before = by_sequence.get(sequence - 1)
        if before is not None and before.entry_hash != link.previous_hash:
            found.append(f"entry {sequence} does not follow from entry {sequence - 1}")
    return found
