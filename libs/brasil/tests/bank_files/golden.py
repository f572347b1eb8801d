"""The golden files: which there are, how they are written, and where they stand.

The tests compare the files with the cases; with `BRASIL_WRITE_GOLDEN=1` they write them anew first.
"""

import json
from pathlib import Path
from typing import Any

from . import (
    cases_150,
    cases_240,
    cases_240_more,
    cases_400,
    cases_400_bradesco_bb,
    cases_400_cooperatives,
    cases_400_more,
    cases_400_regional,
)

FOLDER = Path(__file__).parents[1] / "golden"

CASES: dict[str, tuple[Any, ...]] = {
    "cnab400": (
        cases_400.itau,
        cases_400_bradesco_bb.bradesco,
        cases_400_bradesco_bb.banco_do_brasil_record_7,
        cases_400_bradesco_bb.banco_do_brasil_record_1,
        cases_400_more.santander,
        cases_400_more.caixa,
        cases_400_cooperatives.sicoob,
        cases_400_cooperatives.sicredi,
        cases_400_regional.inter,
        cases_400_regional.bnb,
        cases_400_regional.banrisul,
        cases_400_regional.fibra,
        cases_400_regional.pine,
    ),
    "cnab240": (
        cases_240.febraban,
        cases_240_more.santander,
        cases_240_more.caixa,
        cases_240_more.itau,
        cases_240_more.sicoob,
        cases_240_more.sicredi,
    ),
    "cnab150": (cases_150.collection, cases_150.debit_return, cases_150.debit_remittance),
}


def all_cases() -> list[tuple[str, str, bytes, dict[str, Any]]]:
    """Format, name, bytes and expected document of each case."""
    made = []
    for format_, cases in CASES.items():
        for case in cases:
            name, lines, document = case()
            made.append((format_, name, ("\r\n".join(lines) + "\r\n").encode("ascii"), document))
    return made


def paths(format_: str, name: str) -> tuple[Path, Path]:
    """Where the bank file and the expected document stand."""
    return FOLDER / format_ / "files" / f"{name}.ret", FOLDER / format_ / "expected" / f"{name}.json"


def write() -> None:
    """Write all files."""
    for format_, name, data, document in all_cases():
        file, beside = paths(format_, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        beside.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
