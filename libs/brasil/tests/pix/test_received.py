"""Received Pix, webhooks and returns. Examples follow bacen/pix-api openapi.yaml 2.9.0."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix import automatic, received
from brasil.pix.reading import LARGEST_DOCUMENT_BYTES

from .api_documents import PIX, changed, refused


def test_a_webhook_body_is_read():
    (pix,) = received.parse_webhook(json.dumps({"pix": [PIX]}).encode())
    assert (pix.end_to_end_id, pix.txid, pix.amount_cents) == (PIX["endToEndId"], PIX["txid"], 11_000)
    assert pix.at == datetime(2020, 9, 9, 20, 15, 0, 358_000, tzinfo=UTC)
    assert (pix.key, pix.payer_text) == (PIX["chave"], "0123456789")
    assert pix.components == {"original": 10_000, "multa": 300, "juros": 700}
    assert pix.components_add_up is True
    first, second = pix.refunds
    assert (first.id, first.return_id, first.amount_cents) == ("123ABC", "D12345678202009091221abcdf098765", 1000)
    assert (first.is_done, first.is_forced, first.settled_at, first.reason) == (False, False, None, None)
    assert (second.is_done, second.is_forced, second.reason) == (True, True, "fraude")
    assert second.settled_at == datetime(2020, 9, 10, 3, 0, 1, tzinfo=UTC)
    assert pix.refunded_cents == 2000
    assert received.parse_document(PIX) == pix


def test_the_official_examples_that_break_their_own_schema_are_read():
    body = {"pix": [PIX | {"infoPagador": 123456789, "devolucoes": PIX["devolucoes"][0]}]}
    (pix,) = received.parse_webhook(json.dumps(body))
    assert pix.payer_text == "123456789"
    assert [refund.id for refund in pix.refunds] == ["123ABC"]


def test_a_pix_needs_only_its_id_amount_and_time():
    bare = {name: PIX[name] for name in ("endToEndId", "valor", "horario")}
    (pix,) = received.parse_webhook(json.dumps({"pix": [bare]}))
    assert (pix.txid, pix.key, pix.payer_text, pix.refunds, pix.components_add_up) == (None, None, None, (), None)


def test_parts_that_do_not_make_up_the_amount_are_told():
    document = changed(PIX, "componentesValor.desconto", {"valor": "1.00"})
    assert received.parse_document(document).components_add_up is False
    assert received.parse_document(changed(document, "valor", "109.00")).components_add_up is True


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("endToEndId", None, "pix.json.missing", "endToEndId"),
        ("endToEndId", "E1", "pix.end_to_end_id", None),
        ("txid", "a-b", "pix.txid", None),
        ("valor", None, "pix.json.missing", "valor"),
        ("valor", "110", "pix.json.value", "valor"),
        ("valor", "110,00", "pix.json.value", "valor"),
        ("valor", "-1.00", "pix.json.value", "valor"),
        ("valor", 110.0, "pix.json.value", "valor"),
        ("valor", "12345678901.00", "pix.json.value", "valor"),
        ("valor", "١.00", "pix.json.value", "valor"),
        ("horario", "2020-09-09", "pix.json.value", "horario"),
        ("horario", "2020-13-09T00:00:00Z", "pix.json.value", "horario"),
        ("horario", "2020-09-09T20:15:00", "pix.json.value", "horario"),
        ("infoPagador", "x" * 141, "pix.json.value", "infoPagador"),
        ("infoPagador", True, "pix.json.value", "infoPagador"),
        ("componentesValor", [], "pix.json.type", "componentesValor"),
        ("componentesValor.multa.valor", "x", "pix.json.value", "componentesValor.multa.valor"),
        ("devolucoes.1.valor", "x", "pix.json.value", "devolucoes[1].valor"),
        ("devolucoes.1.status", None, "pix.json.missing", "devolucoes[1].status"),
        ("devolucoes.0.id", "a-b", "pix.refund_id", None),
        ("devolucoes.0", 1, "pix.json.type", "devolucoes[0]"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(path, value, code, field):
    document = PIX | {"devolucoes": [1]} if path == "devolucoes.0" else changed(PIX, path, value)
    assert refused(received.parse_document, document) == (code, field)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "pix.json.syntax"),
        (b"{", "pix.json.syntax"),
        (b"[]", "pix.json.type"),
        (b"1", "pix.json.type"),
        (b"\xff\xfe", "pix.json.syntax"),
        (b'{"pix": ' + b"1" * 5000 + b"}", "pix.json.syntax"),
        (b"[" * 200_000, "pix.json.syntax"),
        (b" " * (LARGEST_DOCUMENT_BYTES + 1), "pix.json.too_long"),
        (b"{}", "pix.json.missing"),
        (b'{"pix": 1}', "pix.json.type"),
        (b'{"pix": [' + b"{}," * 10_000 + b"{}]}", "pix.json.value"),
    ],
)
def test_a_body_that_is_no_webhook_is_refused(raw, code):
    assert refused(received.parse_webhook, raw)[0] == code


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    for parse in (received.parse_webhook, automatic.parse_cobr_webhook, automatic.parse_recurrence_webhook):
        with pytest.raises(BrasilError):
            parse(raw)


def test_a_refund_is_asked_for():
    assert received.refund_document(amount_cents=789) == {"valor": "7.89"}
    assert received.refund_document(amount_cents=100, nature="RETIRADA", description="troco") == {
        "valor": "1.00",
        "natureza": "RETIRADA",
        "descricao": "troco",
    }


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"amount_cents": 0}, "pix.refund.amount"),
        ({"amount_cents": 1, "nature": "MED_FRAUDE"}, "pix.refund.nature"),
        ({"amount_cents": 1, "description": "x" * 141}, "pix.refund.description"),
    ],
)
def test_a_refund_is_not_asked_for_wrongly(parts, code):
    assert refused(received.refund_document, **parts)[0] == code
