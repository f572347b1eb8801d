import json
from pathlib import Path

from brasil.cli import main

GOLDEN = Path(__file__).parents[1] / "golden" / "nfe"


def run_json(capsys, *argv):
    status = main([*argv, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_nfe_read_prints_the_stable_keys(capsys):
    status, answer = run_json(capsys, "nfe", "read", str(GOLDEN / "three_instalments.xml"))
    assert status == 0
    assert answer["access_key"] == "35261011222333000181550010000044121202610018"
    assert answer["valid"] is True
    assert (answer["issuer"]["tax_id"], answer["payer"]["tax_id"]) == ("11222333000181", "12ABC34501DE35")
    assert (answer["issued_on"], answer["total_cents"]) == ("2026-10-05", 16474681)
    assert answer["instalments"] == [
        {"number": "001", "due_on": "2026-11-04", "amount_cents": 5491505},
        {"number": "002", "due_on": "2026-12-04", "amount_cents": 5491505},
        {"number": "4412/3-3", "due_on": "2027-01-04", "amount_cents": 5491671},
    ]
    assert answer["problems"] == []


def test_nfe_read_without_json_is_a_table(capsys):
    assert main(["nfe", "read", str(GOLDEN / "three_instalments.xml")]) == 0
    out = capsys.readouterr().out
    assert "R$ 54.916,71" in out
    assert "4412/3-3" in out


def test_nfe_read_refuses_with_the_same_keys(capsys, tmp_path):
    damaged = tmp_path / "nfe.xml"
    damaged.write_bytes((GOLDEN / "three_instalments.xml").read_bytes()[:500])
    status, answer = run_json(capsys, "nfe", "read", str(damaged))
    assert (status, answer["valid"], answer["instalments"]) == (2, False, [])
    assert answer["problems"][0]["code"] == "xml.malformed"
    status, answer = run_json(capsys, "nfe", "read", str(tmp_path / "missing.xml"))
    assert (status, answer["problems"][0]["code"]) == (2, "file.unreadable")
    assert main(["nfe", "read", str(damaged)]) == 2


def test_nfe_read_refuses_a_document_that_was_cancelled(capsys, tmp_path):
    cancelled = tmp_path / "nfe.xml"
    cancelled.write_bytes((GOLDEN / "three_instalments.xml").read_bytes().replace(b"<cStat>100", b"<cStat>101"))
    status, answer = run_json(capsys, "nfe", "read", str(cancelled))
    assert (status, answer["valid"]) == (2, False)
    assert answer["access_key"] is not None
