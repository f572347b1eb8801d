"""`bank-file inspect`: the stable document, the readable report, lists of files, exit status and start-up."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from brasil.cli import main

from . import golden

KEYS = ["format", "bank", "layout", "file_date", "file_sequence", "encoding", "accepted", "problems", "statements",
        "movements", "totals"]  # fmt: skip
MOVEMENT_KEYS = [
    "line", "our_number", "document_number", "your_number", "kind", "code", "description", "reasons", "occurred_on",
    "credit_on", "due_on", "face_cents", "paid_cents", "credited_cents", "interest_cents", "fine_cents",
    "discount_cents", "abatement_cents", "fee_cents", "payer_name", "pix", "needs_review",
]  # fmt: skip
TOTAL_KEYS = ["movements", "settled", "face_cents", "paid_cents", "credited_cents", "interest_cents", "fine_cents",
              "discount_cents", "abatement_cents", "fee_cents"]  # fmt: skip
PROBLEM_KEYS = ["code", "severity", "line", "field", "found", "expected", "message"]
ITAU, _ = golden.paths("cnab400", "itau")
FEBRABAN, _ = golden.paths("cnab240", "febraban")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "damaged.ret"
    path.write_bytes(ITAU.read_bytes()[:-100])
    return path


def test_the_document_has_exactly_the_promised_keys(capsys: pytest.CaptureFixture[str], damaged: Path) -> None:
    assert main(["bank-file", "inspect", str(damaged), "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert list(document) == KEYS
    assert list(document["movements"][0]) == MOVEMENT_KEYS
    assert list(document["totals"]) == TOTAL_KEYS
    assert list(document["problems"][0]) == PROBLEM_KEYS
    assert document["accepted"] is False


def test_an_accepted_file_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank-file", "inspect", str(ITAU), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["accepted"] is True
    assert document["totals"]["paid_cents"] == 40302
    assert document["movements"][2]["pix"] == {
        "txid": None, "location": "00020126580014br.gov.bcb.pix2536qrpix.itau.com.br/cobv/12345"}  # fmt: skip


def test_without_json_it_prints_a_report_that_names_no_payer(capsys: pytest.CaptureFixture[str], damaged: Path) -> None:
    assert main(["bank-file", "inspect", str(ITAU)]) == 0
    shown = capsys.readouterr().out
    assert "ACCEPTED" in shown
    assert "paid 403.02" in shown
    assert "JOAO" not in shown
    assert main(["bank-file", "inspect", str(damaged)]) == 2
    assert "REFUSED" in capsys.readouterr().out


def test_a_list_of_files_gives_one_document_a_line_in_order(
    capsys: pytest.CaptureFixture[str], damaged: Path, tmp_path: Path
) -> None:
    batch = tmp_path / "batch.txt"
    batch.write_text(f"{ITAU}\n{damaged}\n\n{tmp_path / 'missing.ret'}\n{FEBRABAN}\n", encoding="utf-8")
    assert main(["bank-file", "inspect", "--batch", str(batch), "--json"]) == 2
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["accepted"] for document in documents] == [True, False, False, True]
    assert documents[2]["problems"][0]["code"] == "bank_file.unreadable"
    assert [document["format"] for document in documents] == ["cnab400", "cnab400", None, "cnab240"]


def test_a_missing_file_is_a_clear_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["bank-file", "inspect", str(tmp_path / "missing.ret"), "--json"]) == 2
    assert "bank_file.unreadable" in "".join(capsys.readouterr())


def test_a_bank_file_is_read_without_loading_an_xml_parser_or_the_platform() -> None:
    script = (
        "import sys; from brasil.cli import main; "
        f"main(['bank-file', 'inspect', {str(ITAU)!r}]); "
        "print([name for name in ('xml', 'defusedxml', 'pydantic', 'asyncio', 'holidays') if name in sys.modules])"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    assert done.stdout.splitlines()[-1] == "[]"
    assert seconds < 3  # the goal is 0.3 s on a quiet machine; this bound only catches a platform being imported
