import json
import subprocess
import sys
from pathlib import Path

import pytest

from brasil.cli import COMMANDS, main

VECTORS = Path(__file__).parents[1] / "vectors"
BOLETOS = json.loads((VECTORS / "boletos.json").read_text(encoding="utf-8"))
BR_CODES = json.loads((VECTORS / "br_codes.json").read_text(encoding="utf-8"))
LINE = "34191751243456784081305367890000143290000000000"
BAD_LINE = LINE[:-1] + "1"


def run(capsys, *argv):
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_json(capsys, *argv):
    status, out, _ = run(capsys, *argv, "--json")
    return status, json.loads(out)


def test_a_boleto_is_decoded_to_the_stable_keys(capsys):
    status, answer = run_json(capsys, "boleto", "decode", LINE, "--on", "2009-08-01")
    assert status == 0
    stable = ("kind", "valid", "barcode", "line", "bank", "segment", "due_on", "amount_cents", "our_number", "problems")
    assert {name: answer[name] for name in stable} == {
        "kind": "bank",
        "valid": True,
        "barcode": "34191432900000000001751234567840810536789000",
        "line": LINE,
        "bank": "341",
        "segment": None,
        "due_on": "2009-08-14",
        "amount_cents": 0,
        "our_number": "12345678",
        "problems": [],
    }
    assert (answer["due_cycle"], answer["our_number_printed"], answer["profile"]) == (1, "175/12345678-4", "itau")


def test_a_line_may_be_typed_with_blanks_and_dots(capsys):
    typed = "34191.75124 34567.840813 05367.890000 1 43290000000000"
    assert run_json(capsys, "boleto", "decode", *typed.split(), "--on", "2009-08-01")[1]["line"] == LINE


def test_a_collection_bill_is_decoded(capsys):
    status, answer = run_json(capsys, "boleto", "decode", BOLETOS["collections"][0]["line"], "--on", "2026-01-01")
    assert status == 0
    assert (answer["kind"], answer["segment"], answer["amount_cents"], answer["bank"]) == (
        "collection",
        "5",
        9000,
        None,
    )


def test_a_refused_boleto_ends_with_two_and_lists_its_problems(capsys):
    status, answer = run_json(capsys, "boleto", "decode", BAD_LINE, "--on", "2009-08-01")
    assert (status, answer["valid"], answer["amount_cents"]) == (2, False, None)
    (problem,) = answer["problems"]
    assert problem == {
        "code": "line.check_digit",
        "message": "The general check digit does not match; a digit was misread or mistyped.",
        "severity": "error",
        "line": None,
        "field": "check_digit",
        "position": 33,
        "found": "1",
        "expected": "8",
    }


def test_a_batch_answers_one_object_a_line_in_order(capsys, tmp_path):
    codes = [vector["line"] for vector in BOLETOS["boletos"]]
    file = tmp_path / "codes.txt"
    file.write_text("\n".join(codes[:3]) + "\n\n" + BAD_LINE + "\r\n" + codes[4], encoding="utf-8")
    status, out, _ = run(capsys, "boleto", "decode", "--batch", str(file), "--on", "2010-01-01")
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 2
    assert [answer["line"] for answer in answers] == [*codes[:3], None, codes[4]]
    assert [answer["valid"] for answer in answers] == [True, True, True, False, True]
    file.write_text("\n".join(codes[:3]), encoding="utf-8")
    assert run(capsys, "boleto", "decode", "--batch", str(file), "--on", "2010-01-01")[0] == 0


def test_a_batch_file_that_is_not_there_is_named(capsys, tmp_path):
    status, out, err = run(capsys, "boleto", "decode", "--batch", str(tmp_path / "none"))
    assert (status, out) == (2, "")
    assert "[cli.file]" in err


def test_the_table_of_a_boleto_can_be_read(capsys):
    status, out, _ = run(capsys, "boleto", "decode", LINE, "--on", "2009-08-01")
    assert status == 0
    assert "due on        2009-08-14 (cycle 1, read on 2009-08-01)" in out
    assert "34191.75124 34567.840813 05367.890000 1 43290000000000" in out
    assert "nosso número  175/12345678-4" in out


def test_the_table_of_a_collection_bill_can_be_read(capsys):
    out = run(capsys, "boleto", "decode", BOLETOS["collections"][0]["barcode"], "--on", "2026-01-01")[1]
    assert "segment  5 (órgãos governamentais)" in out
    assert "amount   R$ 90,00" in out


def test_the_table_of_a_refused_boleto_names_the_place(capsys):
    status, out, _ = run(capsys, "boleto", "decode", BAD_LINE, "--on", "2009-08-01")
    assert status == 2
    assert "error: [line.check_digit] field check_digit position 33: The general" in out


def test_without_a_day_today_is_meant(capsys):
    assert run_json(capsys, "boleto", "decode", BOLETOS["collections"][0]["line"])[0] == 0


def test_a_boleto_is_made_and_read_back(capsys):
    status, made = run_json(
        capsys, "boleto", "make", "--profile", "itau", "--due", "2026-12-01", "--amount-cents", "12345",
        "--agencia", "57", "--conta", "12345", "--carteira", "110", "--numero", "12345678",
    )  # fmt: skip
    assert status == 0
    assert (made["bank"], made["due_factor"], made["our_number_printed"]) == ("341", "1647", "110/12345678-8")
    status, read = run_json(capsys, "boleto", "decode", made["line"], "--on", "2026-11-22")
    assert status == 0
    assert (read["due_on"], read["amount_cents"], read["our_number"]) == ("2026-12-01", 12345, "12345678")
    assert read["barcode"] == made["barcode"]


def test_every_bank_s_boleto_can_be_made_from_the_list_of_its_values(capsys):
    _, answer = run_json(capsys, "boleto", "profiles")
    assert len(answer["profiles"]) == 19
    for profile in answer["profiles"]:
        values = {name: "1" * length for name, length in profile["values"].items() if name not in profile["defaults"]}
        if "carteira" in values and profile["bank"] == "341":
            values["carteira"] = {"itau-client": "196", "itau-short-check": "126"}[profile["name"]]
        options = [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]
        status, made = run_json(capsys, "boleto", "make", "--profile", profile["name"], *options)
        assert (status, len(made["barcode"]), len(made["line"])) == (0, 44, 47)
        status, read = run_json(capsys, "boleto", "decode", made["barcode"], "--on", "2026-01-01")
        assert (status, read["our_number"], read["amount_cents"], read["due_on"]) == (0, made["our_number"], 0, None)


def test_the_layouts_are_listed_with_their_values(capsys):
    status, out, _ = run(capsys, "boleto", "profiles")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["profile", "bank", "title", "values", "(digits)"]
    assert len(lines) == 20
    assert "santander         033   Santander" in out
    assert "beneficiario(7) numero(12) iof(1)=0 carteira(3)=101" in out


def test_a_boleto_that_cannot_be_made_says_what_is_missing(capsys):
    status, out, err = run(capsys, "boleto", "make", "--profile", "itau", "--agencia", "1", "--conta", "2")
    assert (status, out) == (2, "")
    assert err == "error: [free_field.missing_value] numero: Itaú needs a value for numero.\n"
    status, answer = run_json(capsys, "boleto", "make", "--profile", "itau", "--agencia", "1", "--conta", "2")
    assert (status, answer["valid"]) == (2, False)
    assert answer["problems"][0]["code"] == "free_field.missing_value"


def test_a_collection_bill_is_made(capsys):
    status, made = run_json(
        capsys, "boleto", "make-collection", "--segment", "5", "--amount-cents", "9000", "--company", "0422",
        "--free-use", "2014080700000000100032580",
    )  # fmt: skip
    assert (status, made["barcode"], made["line"]) == (
        0,
        BOLETOS["collections"][0]["barcode"],
        BOLETOS["collections"][0]["line"],
    )


def test_the_bars_are_printed_as_svg(capsys):
    status, out, _ = run(capsys, "boleto", "svg", LINE)
    assert status == 0
    assert out.startswith("<svg ")
    assert run(capsys, "boleto", "svg", BAD_LINE)[0] == 2


@pytest.mark.parametrize("vector", BR_CODES["valid"], ids=lambda v: v["code"][-4:])
def test_a_br_code_is_decoded_to_the_stable_keys(capsys, vector):
    status, answer = run_json(capsys, "pix", "decode", vector["code"])
    assert status == 0
    for name in ("kind", "key", "url", "amount_cents", "txid", "merchant_name", "merchant_city"):
        assert answer[name] == vector.get(name)
    assert (answer["valid"], answer["crc"]) == (True, vector["code"][-4:])


def test_a_refused_br_code_ends_with_two(capsys):
    status, answer = run_json(capsys, "pix", "decode", BR_CODES["valid"][0]["code"][:-4] + "ABCD")
    assert (status, answer["valid"], answer["key"], answer["crc"]) == (2, False, None, "ABCD")
    assert answer["problems"][0]["code"] == "pix.br_code.crc"
    status, out, _ = run(capsys, "pix", "decode", "nothing")
    assert status == 2
    assert "error: [pix.br_code.id]" in out


def test_a_batch_of_br_codes_answers_in_order(capsys, tmp_path):
    file = tmp_path / "codes.txt"
    file.write_text("\n".join(vector["code"] for vector in BR_CODES["valid"]), encoding="utf-8")
    status, out, _ = run(capsys, "pix", "decode", "--batch", str(file))
    assert status == 0
    assert [json.loads(line)["crc"] for line in out.splitlines()] == [v["code"][-4:] for v in BR_CODES["valid"]]


def test_a_batch_can_come_from_standard_input(capsys, monkeypatch):
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(BR_CODES["valid"][0]["code"] + "\n"))
    status, out, _ = run(capsys, "pix", "decode", "--batch", "-")
    assert (status, json.loads(out)["crc"]) == (0, "1D3D")


def test_static_and_dynamic_codes_are_made(capsys):
    status, made = run_json(
        capsys, "pix", "make", "--key", "+55 11 98765-4321", "--name", "São José", "--city", "São Paulo",
        "--amount-cents", "1234", "--txid", "abc1", "--info", "Pedido nº 1", "--postal-code", "50000-000",
    )  # fmt: skip
    assert status == 0
    assert (made["kind"], made["key"], made["merchant_name"], made["info"]) == (
        "static", "+5511987654321", "Sao Jose", "Pedido no 1",
    )  # fmt: skip
    assert (made["amount_cents"], made["txid"], made["postal_code"]) == (1234, "abc1", "50000000")
    vector = BR_CODES["valid"][4]
    status, made = run_json(
        capsys, "pix", "make", "--url", vector["url"], "--recurrence-url", vector["recurrence_url"],
        "--name", "Fulano de Tal", "--city", "BRASILIA",
    )  # fmt: skip
    assert (status, made["code"]) == (0, vector["code"])
    status, out, _ = run(capsys, "pix", "make", "--key", "a@b.com", "--name", "Loja", "--city", "Recife")
    assert status == 0
    assert out.startswith("code  000201")


@pytest.mark.parametrize(
    "options",
    [
        ["--name", "L", "--city", "R"],
        ["--key", "a@b.com", "--url", "a.co/b", "--name", "L", "--city", "R"],
        ["--url", "a.co/b", "--txid", "x", "--name", "L", "--city", "R"],
        ["--url", "a.co/b", "--info", "x", "--name", "L", "--city", "R"],
    ],
)
def test_options_that_exclude_each_other_are_refused(capsys, options):
    status, out, err = run(capsys, "pix", "make", *options)
    assert (status, out) == (2, "")
    assert "[cli.pix]" in err


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nothing"],
        ["boleto"],
        ["boleto", "decode"],
        ["boleto", "decode", LINE, "--on", "01/02/2026"],
        ["boleto", "decode", LINE, "--on", "20260102"],
        ["boleto", "make", "--profile", "nothing"],
        ["boleto", "make", "--profile", "itau", "--amount-cents", "12,34"],
        ["boleto", "make", "--profile", "itau", "--amount-cents", "1" * 16],
        ["pix", "decode"],
    ],
)
def test_a_wrong_call_ends_with_two_and_a_sentence(capsys, argv):
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert err


def test_help_lists_every_command(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert all(name in out for name in COMMANDS)


def test_tax_ids_are_checked_and_masked(capsys):
    assert run_json(capsys, "tax-id", "check", "12abc34501de35") == (
        0,
        {"valid": True, "kind": "cnpj", "number": "12.ABC.345/01DE-35", "problems": []},
    )
    assert run_json(capsys, "tax-id", "mask", "52998224725")[1]["number"] == "***.982.247-**"
    status, answer = run_json(capsys, "tax-id", "check", "111.111.111-11")
    assert (status, answer["valid"], answer["problems"][0]["code"]) == (2, False, "cpf.repeated")
    status, out, _ = run(capsys, "tax-id", "check", "111.111.111-11")
    assert status == 2
    assert "[cpf.repeated]" in out
    assert "CPF" in run(capsys, "tax-id", "check", "52998224725")[1]


@pytest.mark.parametrize(
    "argv", [["boleto", "decode", LINE, "--json"], ["pix", "decode", BR_CODES["valid"][0]["code"], "--json"]]
)
def test_a_pure_command_starts_without_the_heavy_modules(argv):
    script = (
        "import json, sys; from brasil.cli import main; status = main(json.loads(sys.argv[1])); "
        "heavy = {'holidays', 'sqlalchemy', 'pydantic', 'defusedxml', 'xml', 'asyncio', 'zoneinfo', 'chassis'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or status)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, json.dumps(argv)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_library_runs_as_a_module():
    ended = subprocess.run(
        [sys.executable, "-m", "brasil", "boleto", "decode", BAD_LINE], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "line.check_digit" in ended.stdout
