"""NF-e 4.0 (and NFC-e): who owes what to whom, and in which instalments, read from the XML a finance system has.

The billing group `cobr` is optional: without it the file says nothing about when the amount falls due, and this
reader says so. Sums that differ are warnings: real files round, discount and split in their own ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from brasil import cnpj, cpf
from brasil.bank_files.problems import Findings
from brasil.calendar.places import UF_BY_IBGE_PREFIX
from brasil.errors import BrasilError, Problem
from brasil.safe_xml import Node, parse

KEY_LENGTH: Final = 44
_KEY: Final = re.compile(r"\d{6}[0-9A-Z]{12}\d{26}", re.ASCII)
_AMOUNT: Final = re.compile(r"(\d{1,15})(?:\.(\d{1,10}))?", re.ASCII)
_MODELS: Final = frozenset({"55", "65"})
_AUTHORISED: Final = frozenset({"100", "150"})


@dataclass(frozen=True, slots=True)
class Party:
    """Issuer or payer: CPF or CNPJ as compact text (None for a foreigner), and the name as written."""

    tax_id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Instalment:
    """One `dup`: an invoice-to-be. `number` is free text; `due_on` is None where the file has none."""

    number: str | None
    due_on: date | None
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NFe:
    """What an NF-e says about money. `valid` is False if a problem of severity error was found.

    `net_cents` is `fat/vLiq`, what is billed after the discount; `total_cents` is `vNF`.
    """

    access_key: str | None
    model: str | None
    series: str | None
    number: str | None
    issuer: Party
    payer: Party
    issued_on: date | None
    total_cents: int | None
    bill_number: str | None
    net_cents: int | None
    instalments: tuple[Instalment, ...]
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether the file may become invoices."""
        return all(problem.severity != "error" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """Return it as a JSON object, with the keys of `nfe read --json`."""
        return {
            "access_key": self.access_key,
            "valid": self.valid,
            "model": self.model,
            "series": self.series,
            "number": self.number,
            "issuer": {"tax_id": self.issuer.tax_id, "name": self.issuer.name},
            "payer": {"tax_id": self.payer.tax_id, "name": self.payer.name},
            "issued_on": None if self.issued_on is None else self.issued_on.isoformat(),
            "total_cents": self.total_cents,
            "bill_number": self.bill_number,
            "net_cents": self.net_cents,
            "instalments": [
                {
                    "number": instalment.number,
                    "due_on": None if instalment.due_on is None else instalment.due_on.isoformat(),
                    "amount_cents": instalment.amount_cents,
                }
                for instalment in self.instalments
            ],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def access_key_digit(base: str) -> str:
    """Return the check digit of the first 43 characters of an access key.

    Modulo 11, weights 2 to 9 from the right, remainder 0 or 1 gives 0; a letter of an alphanumeric CNPJ counts as
    ASCII − 48 (Manual de Orientação do Contribuinte 7.0; Nota Técnica conjunta on the alphanumeric CNPJ).
    """
    total = sum((ord(character) - 48) * (2 + index % 8) for index, character in enumerate(reversed(base)))
    remainder = total % 11
    return "0" if remainder < 2 else str(11 - remainder)


def validate_access_key(text: str) -> str:
    """Return the 44 characters of an access key, without spaces and the prefix `NFe`.

    Raises BrasilError `nfe.key_format`, `nfe.key_state`, `nfe.key_month`, `nfe.key_model` or `nfe.key_digit`.
    """
    key = text.strip().removeprefix("NFe").replace(" ", "").upper() if len(text) <= 2 * KEY_LENGTH else ""
    if _KEY.fullmatch(key) is None:
        raise BrasilError("nfe.key_format", "An access key has 44 characters: state, month, CNPJ, model, numbers.",
                          found=text, expected="44 characters")  # fmt: skip
    if key[:2] not in UF_BY_IBGE_PREFIX:
        raise BrasilError("nfe.key_state", "The access key names no state.", position=1, found=key[:2])
    if not "01" <= key[4:6] <= "12":
        raise BrasilError("nfe.key_month", "The access key names no month.", position=5, found=key[4:6])
    if key[20:22] not in _MODELS:
        raise BrasilError("nfe.key_model", "The document is no NF-e (55) or NFC-e (65).", position=21, found=key[20:22])
    expected = access_key_digit(key[:-1])
    if key[-1] != expected:
        raise BrasilError("nfe.key_digit", "The check digit of the access key does not match.", position=KEY_LENGTH,
                          found=key[-1], expected=expected)  # fmt: skip
    return key


def _cents(text: str | None) -> int | None:
    match = _AMOUNT.fullmatch(text or "")
    if match is None:
        return None
    decimals = match[2] or ""
    return None if decimals[2:].strip("0") else int(match[1]) * 100 + int(decimals[:2].ljust(2, "0"))


def _day(text: str | None) -> date | None:
    """Return the date of `2026-01-31` or of an instant, in the issuer's own time."""
    try:
        return date.fromisoformat((text or "")[:10]) if re.match(r"\d{4}-\d{2}-\d{2}", text or "", re.ASCII) else None
    except ValueError:
        return None


class _Reader:
    def __init__(self, info: Node, protocol: Node | None) -> None:
        self.info = info
        self.protocol = protocol
        self.findings = Findings()

    def amount(self, node: Node | None, *path: str) -> int | None:
        """Return an amount in cents; None if it is missing, and a problem if it cannot be read."""
        text = None if node is None else node.value(*path)
        cents = _cents(text)
        if text is not None and cents is None and node is not None:
            self.findings.error("nfe.amount", "The amount cannot be read.", line=node.line, field=path[-1], found=text,
                                expected="e.g. 1234.56")  # fmt: skip
        return cents

    def party(self, name: str) -> Party:
        node = self.info.first(name)
        if node is None:
            return Party(None, None)
        found = node.value("CNPJ") or node.value("CPF")
        if found is not None:
            try:
                found = (cnpj if node.value("CNPJ") else cpf).validate(found)
            except BrasilError as error:
                # The number itself stays out of the report: it may be a person's.
                self.findings.warning("nfe.tax_id", f"{name}: {error.message}", line=node.line, field=name)
        return Party(found, node.value("xNome"))

    def key(self) -> str | None:
        written = self.info.attributes.get("Id")
        try:
            key = validate_access_key(written or "")
        except BrasilError as error:
            self.findings.error(error.code, error.message, line=self.info.line, field="Id", found=written)
            return None
        confirmed = self.protocol.value("infProt", "chNFe") if self.protocol is not None else None
        if confirmed is not None and confirmed != key:
            self.findings.error("nfe.key_protocol", "The protocol is that of another NF-e.", line=self.info.line,
                                field="chNFe", found=confirmed, expected=key)  # fmt: skip
        return key

    def check_key(self, key: str, issuer: Party) -> None:
        parts = (
            ("emit", key[6:20], (issuer.tax_id or "").zfill(14)),
            ("mod", key[20:22], self.info.value("ide", "mod")),
            ("serie", key[22:25], (self.info.value("ide", "serie") or "").zfill(3)),
            ("nNF", key[25:34], (self.info.value("ide", "nNF") or "").zfill(9)),
        )
        for field, in_key, in_file in parts:
            if in_key != in_file:
                self.findings.error("nfe.key_content", f"The access key and the document differ in {field}.",
                                    line=self.info.line, field=field)  # fmt: skip

    def check_state(self) -> None:
        status = self.protocol.value("infProt", "cStat") if self.protocol is not None else None
        if status is None:
            self.findings.warning("nfe.not_confirmed", "The file has no protocol of authorisation: it may be a draft.",
                                  line=self.info.line, field="protNFe")  # fmt: skip
        elif status not in _AUTHORISED:
            self.findings.error("nfe.not_authorised", "The NF-e was not authorised, or was cancelled or denied.",
                                line=self.info.line, field="cStat", found=status, expected="100 or 150")  # fmt: skip
        if self.info.value("ide", "tpAmb") == "2":
            self.findings.warning("nfe.test", "The NF-e was issued in the test environment: it has no fiscal value.",
                                  line=self.info.line, field="tpAmb")  # fmt: skip
        if self.info.value("ide", "tpNF") == "0" or self.info.value("ide", "finNFe") == "4":
            self.findings.warning("nfe.not_a_sale", "The NF-e is an entry or a return: nothing may be owed on it.",
                                  line=self.info.line, field="tpNF")  # fmt: skip

    def instalments(self, bill: Node | None) -> tuple[Instalment, ...]:
        if bill is None:
            self.findings.warning("nfe.no_bill", "The file has no billing group (cobr): it does not say what falls "
                                  "due when.", line=self.info.line, field="cobr")  # fmt: skip
            return ()
        found = []
        for node in bill.all("dup"):
            due_text, amount = node.value("dVenc"), self.amount(node, "vDup")
            due_on = _day(due_text)
            if due_text is not None and due_on is None:
                self.findings.error("nfe.due_date", "The instalment's date does not exist.", line=node.line,
                                    field="dVenc", found=due_text, expected="YYYY-MM-DD")  # fmt: skip
            elif due_on is None:
                self.findings.warning("nfe.no_due_date", "The instalment has no due date.", line=node.line,
                                      field="dVenc")  # fmt: skip
            if amount is None:
                if node.value("vDup") is None:
                    self.findings.error("nfe.amount", "The instalment has no amount.", line=node.line, field="vDup")
                continue
            found.append(Instalment(node.value("nDup"), due_on, amount))
        if not found:
            self.findings.warning("nfe.no_instalments", "The billing group has no instalments (dup).", line=bill.line,
                                  field="dup")  # fmt: skip
        return tuple(found)

    def compare(self, field: str, found: int, expected: int | None, against: str) -> None:
        if expected is not None and found != expected:
            self.findings.warning("nfe.sum", f"The instalments add up to another amount than {against}.",
                                  line=self.info.line, field=field, found=found, expected=expected)  # fmt: skip


def read(data: bytes) -> NFe:
    """Read an NF-e: `nfeProc` with its protocol, or a bare `NFe`.

    Raises BrasilError `xml.…` for no XML, `nfe.not_nfe` for another document, `nfe.several` for a batch; everything
    else is a problem in the result.
    """
    root = parse(data)
    info = root.find("infNFe")
    if info is None:
        raise BrasilError("nfe.not_nfe", "The XML is no NF-e: it has no infNFe.", line=root.line, found=root.name)
    if sum(1 for node in _walk(root) if node.name == "infNFe") > 1:
        raise BrasilError("nfe.several", "The file holds several NF-e; give them one by one.", line=info.line)
    reader = _Reader(info, root.find("protNFe"))
    key, issuer, payer = reader.key(), reader.party("emit"), reader.party("dest")
    if issuer.tax_id is None:
        reader.findings.error("nfe.issuer", "The NF-e names no issuer.", line=info.line, field="emit")
    if payer.tax_id is None:
        reader.findings.warning("nfe.payer", "The NF-e names no payer with CPF or CNPJ.", line=info.line, field="dest")
    if key is not None:
        reader.check_key(key, issuer)
    reader.check_state()
    issued_on = _day(info.value("ide", "dhEmi") or info.value("ide", "dEmi"))
    total = reader.amount(info, "total", "ICMSTot", "vNF")
    bill = info.first("cobr")
    instalments = reader.instalments(bill)
    net = reader.amount(bill, "fat", "vLiq")
    if instalments:
        added = sum(instalment.amount_cents for instalment in instalments)
        reader.compare("vLiq", added, net, "the bill (vLiq)")
        reader.compare("vNF", added, total, "the document (vNF)")
    return NFe(
        access_key=key,
        model=info.value("ide", "mod"),
        series=info.value("ide", "serie"),
        number=info.value("ide", "nNF"),
        issuer=issuer,
        payer=payer,
        issued_on=issued_on,
        total_cents=total,
        bill_number=bill.value("fat", "nFat") if bill is not None else None,
        net_cents=net,
        instalments=instalments,
        problems=reader.findings.as_tuple(),
    )


def _walk(root: Node) -> list[Node]:
    found, pending = [], [root]
    while pending:
        node = pending.pop()
        found.append(node)
        pending.extend(node.children)
    return found
