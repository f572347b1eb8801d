"""Every golden file, one per bank and layout, says what is written beside it: each movement and the totals."""

import json
import os
from typing import Any

import pytest

from brasil.bank_files.detect import inspect
from brasil.bank_files.result import InspectionResult

from . import golden

CASES = golden.all_cases()
IDS = [f"{format_}-{name}" for format_, name, _, _ in CASES]


def document_of(result: InspectionResult) -> dict[str, Any]:
    """The result as the golden documents write it: problems as code and line, and the marks JSON leaves out."""
    body = result.to_json()
    assert not any(problem["severity"] == "error" for problem in body["problems"]), body["problems"]
    body["warnings"] = [{"code": problem["code"], "line": problem["line"]} for problem in body.pop("problems")]
    for movement, read in zip(body["movements"], result.movements, strict=True):
        movement.update(partial=read.partial, reverses_payment=read.reverses_payment)
    return body


@pytest.mark.parametrize(("format_", "name", "data", "document"), CASES, ids=IDS)
def test_a_golden_file_is_the_one_its_case_describes(
    format_: str, name: str, data: bytes, document: dict[str, Any]
) -> None:
    file, beside = golden.paths(format_, name)
    if os.environ.get("BRASIL_WRITE_GOLDEN"):
        golden.write()
    assert file.read_bytes() == data
    assert json.loads(beside.read_text(encoding="utf-8")) == document


@pytest.mark.parametrize(("format_", "name", "data", "document"), CASES, ids=IDS)
def test_a_golden_file_reads_as_the_document_beside_it(
    format_: str, name: str, data: bytes, document: dict[str, Any]
) -> None:
    assert document_of(inspect(data)) == document
