"""ISO 20022 camt.053 (statement) and camt.054 (credit and debit notification), any version.

One entry may stand for a batch: it is split into its transactions where they add up to it. Only booked entries are
money; pending ones are left out. The sign is the entry's own, also for a reversal.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from brasil.bank_files.problems import Findings
from brasil.bank_files.result import InspectionResult, Statement
from brasil.errors import BrasilError
from brasil.safe_xml import Node, parse
from brasil.statements.common import Entry, movement_of, transactions_of

_MESSAGES: Final = {
    "BkToCstmrStmt": ("camt053", "Stmt"),
    "BkToCstmrDbtCdtNtfctn": ("camt054", "Ntfctn"),
}
_AMOUNT: Final = re.compile(r"\+?(\d{1,15})(?:\.(\d{0,5}))?", re.ASCII)
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[TZ+-].{0,40})?", re.ASCII)
_BR_IBAN: Final = re.compile(r"BR\d{2}(\d{8})\d{5}\d{10}[A-Z][A-Z0-9]", re.ASCII)
# ISPB → three-digit code (BCB, participants of the STR)
_BANK_BY_ISPB: Final = {
    "00000000": "001",
    "00360305": "104",
    "00416968": "077",
    "01181521": "748",
    "02038232": "756",
    "07237373": "004",
    "18236120": "260",
    "60701190": "341",
    "60746948": "237",
    "90400888": "033",
    "92702067": "041",
}


def _cents(text: str | None) -> int | None:
    match = _AMOUNT.fullmatch(text or "")
    if match is None:
        return None
    decimals = match[2] or ""
    return None if decimals[2:].strip("0") else int(match[1]) * 100 + int(decimals[:2].ljust(2, "0"))


def _day(node: Node | None) -> date | None:
    """Return the date of an element that holds a Dt or a DtTm, in the time the bank wrote."""
    text = None if node is None else node.value("Dt") or node.value("DtTm") or node.text.strip()
    match = _DAY.fullmatch(text or "")
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


class _Account:
    """One Stmt or Ntfctn while it is read."""

    def __init__(self, node: Node, findings: Findings) -> None:
        self.node = node
        self.findings = findings
        account = node.first("Acct")
        self.iban = account.value("Id", "IBAN") if account else None
        self.account = self.iban or (account.value("Id", "Othr", "Id") if account else None)
        self.currency = account.value("Ccy") if account else None
        self.member = account.value("Svcr", "FinInstnId", "ClrSysMmbId", "MmbId") if account else None
        self.entries: list[Entry] = []
        self.booked_cents = 0

    def error(
        self, code: str, message: str, node: Node, field: str, *, found: object = None, expected: object = None
    ) -> None:
        self.findings.error(code, message, line=node.line, field=field, found=found, expected=expected)

    def amount(self, node: Node, *path: str) -> int | None:
        """Return an unsigned amount in the account's currency; None, and a problem, if it cannot be read."""
        amount = node.first(*path) if path else node
        cents = _cents(amount.text.strip()) if amount is not None else None
        if cents is None:
            self.error("camt.amount", "The amount cannot be read.", node, "Amt", found=amount.text if amount else None,
                       expected="e.g. 1234.56")  # fmt: skip
        return cents

    def sign(self, node: Node) -> int | None:
        indicator = node.value("CdtDbtInd")
        if indicator in {"CRDT", "DBIT"}:
            return 1 if indicator == "CRDT" else -1
        self.error(
            "camt.direction",
            "It does not say credit or debit.",
            node,
            "CdtDbtInd",
            found=indicator,
            expected="CRDT or DBIT",
        )
        return None

    def balance(self, *codes: str) -> int | None:
        """Return the first balance of one of these types, signed."""
        for code in codes:
            for balance in self.node.all("Bal"):
                if balance.value("Tp", "CdOrPrtry", "Cd") == code:
                    cents, sign = self.amount(balance, "Amt"), self.sign(balance)
                    return None if cents is None or sign is None else cents * sign
        return None

    def entry(self, node: Node) -> None:
        status = node.value("Sts", "Cd") or node.value("Sts")
        cents, sign = self.amount(node, "Amt"), self.sign(node)
        if cents is None or sign is None:
            return
        if status not in {"BOOK", None}:
            self.findings.warning("camt.not_booked", "The entry is not booked; it was left out.", line=node.line,
                                  field="Sts", found=status)  # fmt: skip
            return
        if status is None:
            self.error(
                "camt.status", "The entry does not say whether it is booked.", node, "Sts", found=None, expected="BOOK"
            )
        booked_on = _day(node.first("BookgDt")) or _day(node.first("ValDt"))
        if booked_on is None:
            self.error("camt.date", "The entry has no date that exists.", node, "BookgDt",
                       found=node.value("BookgDt", "Dt"), expected="YYYY-MM-DD")  # fmt: skip
            return
        self._check_currency(node)
        self.booked_cents += cents * sign
        details = [detail for group in node.all("NtryDtls") for detail in group.all("TxDtls")]
        parts = self._parts(node, details, cents * sign) if len(details) > 1 else None
        if parts is None:
            first = details[0] if len(details) == 1 else None
            self.entries.append(_entry(node, first, cents * sign, booked_on))
        else:
            self.entries += [
                _entry(node, detail, amount, booked_on) for detail, amount in zip(details, parts, strict=True)
            ]

    def _check_currency(self, node: Node) -> None:
        amount = node.first("Amt")
        currency = amount.attributes.get("Ccy") if amount is not None else None
        if self.currency is None:
            self.currency = currency
        elif currency not in {None, self.currency}:
            self.error("camt.currency", "The entry is in another currency than the account.", node, "Ccy",
                       found=currency, expected=self.currency)  # fmt: skip

    def _parts(self, node: Node, details: list[Node], total: int) -> list[int] | None:
        """Return the signed amounts of a batch's transactions, or None if they do not add up to the entry."""
        parts = []
        for detail in details:
            amount = detail.first("Amt") or detail.first("AmtDtls", "TxAmt", "Amt")
            cents = _cents(amount.text.strip()) if amount is not None else None
            indicator = detail.value("CdtDbtInd")
            sign = (1 if total > 0 else -1) if indicator is None else (1 if indicator == "CRDT" else -1)
            parts.append(None if cents is None else cents * sign)
        known = [part for part in parts if part is not None]
        if len(known) == len(parts) and sum(known) == total:
            return known
        self.findings.warning(
            "camt.details_sum", "The transactions of the batch do not add up to its entry; it was left whole.",
            line=node.line, field="TxDtls", found=sum(known), expected=total,
        )  # fmt: skip
        return None

    def check(self) -> tuple[int | None, int | None]:
        """Compare balances and counts with the entries; return the opening and the closing balance."""
        opening, closing = self.balance("OPBD", "PRCD"), self.balance("CLBD")
        if opening is not None and closing is not None and opening + self.booked_cents != closing:
            self.error(
                "camt.balance", "The opening balance and the entries do not add up to the closing balance.",
                self.node, "CLBD", found=closing, expected=opening + self.booked_cents,
            )  # fmt: skip
        summary = self.node.first("TxsSummry")
        if summary is not None:
            self._check_summary(summary)
        return opening, closing

    def _check_summary(self, summary: Node) -> None:
        entries = list(self.node.all("Ntry"))
        for name, indicator in (("TtlNtries", None), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
            total = summary.first(name)
            if total is None:
                continue
            counted = [entry for entry in entries if indicator in {None, entry.value("CdtDbtInd")}]
            amount = sum(_cents(entry.value("Amt")) or 0 for entry in counted)
            for field, found, expected in (
                ("NbOfNtries", total.value("NbOfNtries"), str(len(counted))),
                ("Sum", _cents(total.value("Sum")), amount),
            ):
                if found is not None and found != expected:
                    self.error("camt.summary", "The summary differs from the entries.", total, f"{name}/{field}",
                               found=found, expected=expected)  # fmt: skip

    def bank(self) -> str | None:
        """Return the three-digit code of the bank, from the account's servicer or a Brazilian IBAN."""
        if self.member is not None and re.fullmatch(r"\d{3}", self.member, re.ASCII):
            return self.member
        iban = _BR_IBAN.fullmatch(self.iban or "")
        return _BANK_BY_ISPB.get(self.member or (iban[1] if iban else ""))


def _entry(node: Node, detail: Node | None, amount_cents: int, booked_on: date) -> Entry:
    source = detail or node
    incoming = amount_cents > 0
    role = "Dbtr" if incoming else "Cdtr"
    party = source.first("RltdPties", role, "Pty") or source.first("RltdPties", role)
    end_to_end = source.value("Refs", "EndToEndId")
    code = node.first("BkTxCd")
    parts = (
        [code.value("Domn", "Cd"), code.value("Domn", "Fmly", "Cd"), code.value("Domn", "Fmly", "SubFmlyCd")]
        if code is not None
        else []
    )
    domain = "/".join(part for part in parts if part)
    return Entry(
        line=source.line,
        id=source.value("Refs", "AcctSvcrRef") or node.value("AcctSvcrRef") or node.value("NtryRef"),
        posted_on=booked_on,
        amount_cents=amount_cents,
        code=domain or (code.value("Prtry", "Cd") if code is not None else None),
        description=source.value("AddtlTxInf") or source.value("RmtInf", "Ustrd") or node.value("AddtlNtryInf"),
        reference=source.value("RmtInf", "Strd", "CdtrRefInf", "Ref") or source.value("Refs", "TxId"),
        end_to_end_id=None if end_to_end == "NOTPROVIDED" else end_to_end,
        counterparty_name=party.value("Nm") if party is not None else None,
        counterparty_tax_id=_tax_id(party),
        reversal=node.value("RvslInd") in {"true", "1"},
    )


def _tax_id(party: Node | None) -> str | None:
    if party is None:
        return None
    for kind in ("OrgId", "PrvtId"):
        text = party.value("Id", kind, "Othr", "Id")
        compact = re.sub(r"[./-]", "", text or "")
        if compact.isascii() and compact.isalnum() and len(compact) in {11, 14}:
            return compact.upper()
    return None


def read(data: bytes) -> InspectionResult:
    """Read a camt.053 or camt.054 file whole. Never raises. Amounts in cents, negative is money out."""
    findings = Findings()
    try:
        root = parse(data)
    except BrasilError as error:
        findings.add(error.problem)
        return InspectionResult(format=_guess(data), problems=findings.as_tuple())
    message = next((found for name in _MESSAGES if (found := root.find(name)) is not None), None)
    if message is None:
        findings.error("camt.structure", "The XML is neither a camt.053 nor a camt.054.", line=root.line,
                       field=root.name)  # fmt: skip
        return InspectionResult(format=_guess(data), problems=findings.as_tuple())
    name, unit = _MESSAGES[message.name]
    accounts = [_Account(node, findings) for node in message.all(unit)]
    if not accounts:
        findings.error("camt.no_statement", "The file holds no statement of an account.", line=message.line, field=unit)
    statements = tuple(_statement(account) for account in accounts)
    sequences = [text for node in message.all(unit) if (text := node.value("ElctrncSeqNb") or node.value("LglSeqNb"))]
    return InspectionResult(
        format=name,
        bank=next((bank for account in accounts if (bank := account.bank())), None),
        layout=message.namespace.rpartition(":")[2] or root.namespace.rpartition(":")[2] or name,
        file_date=_day(message.first("GrpHdr", "CreDtTm")),
        file_sequence=int(sequences[0]) if sequences and re.fullmatch(r"\d{1,18}", sequences[0], re.ASCII) else None,
        encoding=_encoding(data),
        problems=findings.as_tuple(),
        statements=statements,
        movements=tuple(movement_of(entry) for account in accounts for entry in account.entries),
    )


def _statement(account: _Account) -> Statement:
    for node in account.node.all("Ntry"):
        account.entry(node)
    opening, closing = account.check()
    return Statement(
        account=account.account,
        currency=account.currency,
        opening_cents=opening,
        closing_cents=closing,
        transactions=transactions_of(account.account or "", account.entries),
    )


def _guess(data: bytes) -> str:
    return "camt054" if b"camt.054" in data[:4096] or b"BkToCstmrDbtCdtNtfctn" in data[:4096] else "camt053"


def _encoding(data: bytes) -> str:
    declared = re.search(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", data[:200])
    return declared[1].decode("ascii").lower() if declared else "utf-8"
