"""The end of a run: its report and every invariant, from REST and topics, beside the outside's own record."""

import io
from dataclasses import dataclass
from typing import Any

from regua.demo.days import local_day
from regua.demo.invariants import Findings, check_log, hand_offs_without_a_fact
from regua.demo.outside import BANK, MAIL, MESSAGES, PSP
from regua.demo.report import tell
from regua.demo.run import Run


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
    findings = check_log(run.log)
    findings.add("every record reads by its contract", run.reader.unreadable)
    findings.add("nothing is parked", [f"{run.platform.parked_keys} keys"] if run.platform.parked_keys else [])
    findings.add("the ledger adds up to zero", await ledger_faults(run))
    findings.add("every hand-off has its fact", hand_offs_without_a_fact(run.log, await handed_off(run)))
    findings.add("money at bank and PSP is money in the books", await money_apart(run))
    findings.add("the evidence chain verifies", await evidence_faults(run))
    return Verdict(report, findings)


async def ledger_faults(run: Run) -> list[str]:
    """What payments' own check of its ledger finds."""
    told = await run.tenant["payments"].get("/v1/ledger/check")
    faults = told.get("faults") or told.get("problems") or []
    if told.get("ok") is False and not faults:
        faults = ["the ledger does not say what is wrong"]
    return [str(fault) for fault in faults]


async def truth(run: Run, simulator: str) -> list[dict[str, Any]]:
    """A simulator's own append-only record, to its end."""
    import json

    found: list[dict[str, Any]] = []
    after: str | int | None = None
    while True:
        params = {"limit": "1000", **({} if after is None else {"after": str(after)})}
        answer = await run.platform.client.get(f"{run.platform.outside.url(simulator)}/truth", params=params)
        answer.raise_for_status()
        page = [json.loads(line) for line in io.StringIO(answer.text) if line.strip()]
        if not page:
            return found
        found += page
        after = page[-1]["seq"]


async def handed_off(run: Run) -> list[str]:
    """The provider's id of everything that a provider took from us."""
    entries = [entry for simulator in (MAIL, MESSAGES) for entry in await truth(run, simulator)]
    return [str(entry["provider_message_id"]) for entry in entries if entry.get("kind") == "accepted"]


async def money_apart(run: Run) -> list[str]:
    """Money that bank and PSP say was paid to us, against what payments received by the same route."""
    received = {"pix": 0, "boleto": 0}
    for fact in run.log.of("payment.received"):
        if fact.route in received:
            received[fact.route] += fact.gross_cents
    found = []
    for simulator, route in ((PSP, "pix"), (BANK, "boleto")):
        told = sum(
            int(entry["amount_cents"]) for entry in await truth(run, simulator) if entry.get("kind") == "settled"
        )
        if told != received[route]:
            found.append(f"{route}: {told} outside, {received[route]} in the books")
    return found


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
