"""OFX bank statements as Brazilian banks write them: 1.x SGML and 2.x XML, one reader.

Known departures from the specification, all read: closing tags left out; several STMTRS in one STMTTRNRS (Banco do
Brasil); decimal commas; CHARSET 1252 declared over UTF-8; `[-3:BRT]` after a date; FITID that repeats; an empty
LEDGERBAL; lines "Saldo Anterior" and "Saldo do dia" among the transactions, which are balances and no money.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Final

from brasil.bank_files.problems import Findings, empty_file
from brasil.bank_files.result import InspectionResult, Statement
from brasil.errors import Problem
from brasil.statements.common import Entry, cents, movement_of, transactions_of
from brasil.statements.sgml import Token, tokens, without_cdata

MAX_BYTES: Final = 64 * 1024 * 1024
_BOM8: Final = b"\xef\xbb\xbf"
_BOMS16: Final = (b"\xff\xfe", b"\xfe\xff")
_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]?\d{2}:?\d{2}(?::?\d{2})?(?:\.\d+)?)?\s*(?:\[.{0,20}\])?")
_VERSION: Final = re.compile(r"VERSION\s*[:=]\s*\"?(\d{3})")
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
_ONCE: Final = frozenset({"TRNAMT", "DTPOSTED", "TRNTYPE", "FITID"})
_BALANCE_LINES: Final = frozenset({"saldo anterior", "saldo do dia", "s a l d o", "saldo"})
_OUTGOING: Final = frozenset({"DEBIT", "FEE", "SRVCHG", "ATM", "POS", "PAYMENT", "CHECK", "CASH", "DIRECTDEBIT"})
_INCOMING: Final = frozenset({"CREDIT", "DEP", "DIRECTDEP", "INT", "DIV"})


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and its encoding: ascii, utf-8, utf-8-sig, utf-16 or cp1252.

    What the header declares is not believed: bytes that are valid UTF-8 are UTF-8, the others Windows-1252.
    """
    if data.startswith(_BOM8):
        return data[len(_BOM8) :].decode("utf-8", "replace"), "utf-8-sig"
    if data.startswith(_BOMS16):
        return data.decode("utf-16", "replace"), "utf-16"
    if data.isascii():
        return data.decode("ascii"), "ascii"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def ofx_date(text: str | None) -> date | None:
    """Return the day an OFX date-time names, in the bank's own local time; None if it is none."""
    match = _DATE.fullmatch(text or "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


class _Account:
    """One STMTRS while it is read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.values: dict[str, str] = {}
        self.balances: dict[str, str] = {}
        self.entries: list[Entry] = []
        self.opening_cents: int | None = None
        self.closed = False


class _Reader:
    """Follows the tokens; aggregates may be left open, so the next opening tag closes what cannot hold it."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.accounts: list[_Account] = []
        self.account: _Account | None = None
        self.fields: dict[str, str] | None = None
        self.fields_line = 0
        self.balance: str | None = None
        self.status: dict[str, str] | None = None
        self.head: dict[str, str] = {}
        self.opened = self.ended = False

    def take(self, token: Token) -> None:
        """Move on by one token."""
        if token.closing:
            self._close(token)
        else:
            self._open(token)

    def structure_lies(self, what: str, field: str, line: int) -> None:
        """Refuse the file: transactions may be lost or mixed."""
        self.findings.error("ofx.structure", f"{what} The file is damaged: fetch it again.", line=line, field=field)

    def _open(self, token: Token) -> None:
        name = token.name
        if name == "OFX":
            self.opened = True
        elif name in _STATEMENTS:
            self._end_account(closed=False)
            self.account = _Account(token.line)
        elif name == "STMTTRN":
            self._end_transaction(closed=False)
            self.fields, self.fields_line = {}, token.line
        elif name in {"LEDGERBAL", "AVAILBAL"}:
            self._end_transaction(closed=False)
            self.balance = name
        elif name == "STATUS":
            self.status = {}
        elif token.text:
            self._value(name, token.text, token.line)

    def _value(self, name: str, text: str, line: int) -> None:
        if self.status is not None and name in {"CODE", "SEVERITY", "MESSAGE"}:
            self.status[name] = text
        elif self.fields is not None:
            if name in _ONCE and self.fields.get(name, text) != text:
                self.structure_lies(f"{name} comes twice in one transaction.", name, line)
            self.fields.setdefault(name, text)
        elif name in _ONCE:
            self.structure_lies(f"{name} stands outside any transaction.", name, line)
        elif self.account is not None and self.balance is not None:
            self.account.balances.setdefault(f"{self.balance}.{name}", text)
        elif self.account is not None:
            self.account.values.setdefault(name, text)
        else:
            self.head.setdefault(name, text)

    def _close(self, token: Token) -> None:
        name = token.name
        if name == "OFX":
            self._end_account(closed=False)
            self.ended = True
        elif name in _STATEMENTS:
            self._end_account(closed=True)
        elif name == "STMTTRN":
            if self.fields is None:
                self.structure_lies("A transaction ends that did not begin.", name, token.line)
            self._end_transaction(closed=True)
        elif name in {"BANKTRANLIST", "STMTTRNRS", "CCSTMTTRNRS"}:
            self._end_transaction(closed=False)
        elif name in {"LEDGERBAL", "AVAILBAL"}:
            self.balance = None
        elif name == "STATUS":
            self._end_status(token.line)

    def _end_status(self, line: int) -> None:
        status, self.status = self.status or {}, None
        if status.get("SEVERITY", "").upper() == "ERROR":
            self.findings.error(
                "ofx.bank_error", "The bank answered with an error instead of a statement: ask for it again.",
                line=line, field="STATUS", found=status.get("CODE"),
            )  # fmt: skip

    def _end_account(self, *, closed: bool) -> None:
        self._end_transaction(closed=False)
        if self.account is not None:
            self.account.closed = closed
            self.accounts.append(self.account)
        self.account = self.balance = None

    def _end_transaction(self, *, closed: bool) -> None:
        fields, self.fields = self.fields, None
        if fields is None:
            return
        line = self.fields_line
        if not closed:
            self.findings.warning("ofx.unclosed", "The transaction has no closing tag.", line=line, field="STMTTRN")
        if self.account is None:
            self.structure_lies("A transaction stands outside any statement.", "STMTTRN", line)
            return
        self._transaction(self.account, fields, line)

    def _transaction(self, account: _Account, fields: dict[str, str], line: int) -> None:
        amount, posted_on = cents(fields.get("TRNAMT", "")), ofx_date(fields.get("DTPOSTED"))
        if amount is None:
            self.findings.error(
                "ofx.amount", "The amount cannot be read with certainty.", line=line, field="TRNAMT",
                found=fields.get("TRNAMT"), expected="e.g. -1234.56 or -1234,56",
            )  # fmt: skip
        if posted_on is None:
            self.findings.error(
                "ofx.date", "The transaction has no date that exists.", line=line, field="DTPOSTED",
                found=fields.get("DTPOSTED"), expected="YYYYMMDD",
            )  # fmt: skip
        if amount is None or posted_on is None:
            return
        description = " ".join(dict.fromkeys(part for part in (fields.get("NAME"), fields.get("MEMO")) if part))
        if description.casefold() in _BALANCE_LINES:
            self._balance_line(account, description, amount, line)
            return
        code = fields.get("TRNTYPE", "").upper()
        contradicts = (amount > 0 and code in _OUTGOING) or (amount < 0 and code in _INCOMING)
        if contradicts:
            self.findings.warning(
                "ofx.sign", "The type says one direction, the sign of the amount the other; a person must look.",
                line=line, field="TRNTYPE", found=f"{code} {fields.get('TRNAMT')}",
            )  # fmt: skip
        account.entries.append(
            Entry(
                line=line,
                id=fields.get("FITID"),
                posted_on=posted_on,
                amount_cents=amount,
                code=code or None,
                description=description or None,
                reference=fields.get("REFNUM") or fields.get("CHECKNUM"),
                needs_review=contradicts,
            )
        )

    def _balance_line(self, account: _Account, description: str, amount: int, line: int) -> None:
        if description.casefold() == "saldo anterior" and account.opening_cents is None:
            account.opening_cents = amount
        self.findings.warning(
            "ofx.balance_line", "A balance stands among the transactions; it is no money and was left out.",
            line=line, field="MEMO", found=description,
        )  # fmt: skip


def _bank_code(*texts: str | None) -> str | None:
    """Return the first bank code of three digits; banks write 1, 001 and 0001."""
    for text in texts:
        digits = (text or "").strip().lstrip("0")
        if digits.isascii() and digits.isdigit() and len(digits) <= 3:
            return digits.zfill(3)
    return None


def _statement(account: _Account, findings: Findings) -> Statement:
    values = account.values
    if not account.closed:
        findings.warning("ofx.unclosed", "The statement has no closing tag.", line=account.line, field="STMTRS")
    if not values.get("ACCTID"):
        findings.warning("ofx.account", "The statement names no account.", line=account.line, field="ACCTID")
    closing_text = account.balances.get("LEDGERBAL.BALAMT")
    closing = cents(closing_text) if closing_text else None
    if closing_text and closing is None:
        findings.error("ofx.amount", "The balance cannot be read with certainty.", line=account.line,
                       field="BALAMT", found=closing_text)  # fmt: skip
    _check_ids(account, findings)
    _check_sum(account, closing, findings)
    place = "/".join(values.get(name, "") for name in ("BANKID", "BRANCHID", "ACCTID"))
    return Statement(
        account=values.get("ACCTID"),
        currency=values.get("CURDEF"),
        opening_cents=account.opening_cents,
        closing_cents=closing,
        transactions=transactions_of(place, account.entries),
    )


def _check_ids(account: _Account, findings: Findings) -> None:
    counts = Counter(entry.id for entry in account.entries)
    for entry in account.entries:
        times = counts.pop(entry.id, 1)
        if entry.id is None:
            findings.warning("ofx.no_fitid", "A transaction has no id of the bank.", line=entry.line, field="FITID")
        elif times > 1:
            findings.warning(
                "ofx.duplicate_fitid", f"{times} transactions share one id; their fingerprints tell them apart.",
                line=entry.line, field="FITID", found=entry.id,
            )  # fmt: skip


def _check_sum(account: _Account, closing: int | None, findings: Findings) -> None:
    """Compare only where the file gives both balances for the same period; OFX itself has no opening balance."""
    until, as_of = ofx_date(account.values.get("DTEND")), ofx_date(account.balances.get("LEDGERBAL.DTASOF"))
    if account.opening_cents is None or closing is None or until is None or until != as_of:
        return
    counted = account.opening_cents + sum(entry.amount_cents for entry in account.entries)
    if counted != closing:
        findings.error(
            "ofx.balance", "The opening balance and the transactions do not add up to the closing balance.",
            line=account.line, field="LEDGERBAL", found=closing, expected=counted,
        )  # fmt: skip


def read(data: bytes) -> InspectionResult:
    """Read an OFX file whole. Never raises; linear in its size. Amounts in cents, negative is money out."""
    if len(data) > MAX_BYTES:
        problem = Problem(code="ofx.too_large", message=f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.")
        return InspectionResult(format="ofx", problems=(problem,))
    text, encoding = decode(data)
    if not text.strip("\x00\x1a \t\r\n"):
        return InspectionResult(format="ofx", encoding=encoding, problems=(empty_file(),))
    text = without_cdata(text.replace("\r\n", "\n").replace("\r", "\n"))
    reader = _Reader()
    findings = reader.findings
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        findings.error("ofx.forbidden", "The file declares a document type or entities; that is refused.")
        return InspectionResult(format="ofx", encoding=encoding, problems=findings.as_tuple())
    for token in tokens(text):
        reader.take(token)
    if not reader.opened:
        findings.error("ofx.structure", "The file has no OFX element: it is damaged, or another format.", field="OFX")
    elif not reader.ended:
        findings.error("ofx.truncated", "The file ends before its OFX element does: fetch it again.", field="OFX")
    reader.take(Token(closing=True, name="OFX", text="", line=text.count("\n") + 1))
    if not reader.accounts:
        findings.error("ofx.no_statement", "The file holds no statement of an account.", field="STMTRS")
    statements = tuple(_statement(account, findings) for account in reader.accounts)
    version = _VERSION.search(text[:4096])
    banks = [account.values.get("BANKID") for account in reader.accounts]
    return InspectionResult(
        format="ofx",
        bank=_bank_code(*banks, reader.head.get("FID")),
        layout=f"OFX {version[1]}" if version else "OFX",
        file_date=ofx_date(reader.head.get("DTSERVER")),
        encoding=encoding,
        problems=findings.as_tuple(),
        statements=statements,
        movements=tuple(movement_of(entry) for account in reader.accounts for entry in account.entries),
    )
