"""A downloaded evidence file, checked with nothing but SHA-256: no database, no key, no trust in whoever sent it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from notifier.domain.evidence import BrokenChainError, entry_hash, link_hash


@dataclass(frozen=True)
class Checked:
    """What a sound file holds: how many entries about the invoice, and the hash its last one has."""

    invoice_id: str
    entries: int
    links: int
    last_hash: str


def check(lines: Iterable[str]) -> Checked:
    """Check the whole file; raises `BrokenChainError` where an entry does not fit, ValueError for other files."""
    parsed = [_parsed(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    if not parsed or parsed[0].get("type") != "evidence":
        raise ValueError("line 1: this is no evidence file")
    head, rest = parsed[0], parsed[1:]
    expected, previous, entries = int(head["first"]), None, 0
    for item in rest:
        sequence = int(item["sequence"])
        if sequence != expected:
            raise BrokenChainError(sequence, f"sequence {expected} expected")
        if previous is not None and item["previous_hash"] != previous:
            raise BrokenChainError(sequence, "it does not follow the entry before it")
        if _hash_of(item, sequence, head["invoice_id"]) != item["entry_hash"]:
            raise BrokenChainError(sequence, "its content does not give its hash")
        entries += item["type"] == "entry"
        expected, previous = sequence + 1, str(item["entry_hash"])
    if expected != int(head["last"]) + 1 or previous is None:
        raise BrokenChainError(expected, "the file ends too early")
    return Checked(str(head["invoice_id"]), entries, len(rest) - entries, previous)


def _hash_of(item: dict[str, Any], sequence: int, invoice_id: str) -> str:
    previous = str(item["previous_hash"])
    if item["type"] == "link":
        return link_hash(sequence=sequence, previous_hash=previous, body_hash=str(item["body_hash"]))
    body = str(item["body"])
    if invoice_id not in json.loads(body).get("invoice_ids", []):
        raise BrokenChainError(sequence, "it is about another invoice")
    return entry_hash(sequence=sequence, previous_hash=previous, body=body.encode())


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError:
        raise ValueError(f"line {number}: it cannot be read") from None
    if not isinstance(document, dict):
        raise ValueError(f"line {number}: it is no object")  # noqa: TRY004 - the file is wrong, not the program
    is_head = document.get("type") == "evidence"
    needed = ("first", "last", "invoice_id") if is_head else ("type", "sequence", "previous_hash", "entry_hash")
    if any(name not in document for name in needed):
        raise ValueError(f"line {number}: something is missing")
    return document
