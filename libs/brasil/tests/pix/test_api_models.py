"""API Pix documents. Examples follow the shapes of bacen/pix-api openapi.yaml 2.9.0; three of its own examples do not
validate against its schema (devolucoes as an object, infoPagador as a number, dataLiquidacao 2024-20-08)."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix import automatic, charge, received, terms
from brasil.pix.person import Person
from brasil.pix.reading import LARGEST_DOCUMENT_BYTES, amount, load, node

PIX = {
    "endToEndId": "E12345678202009091221kkkkkkkkkkk",
    "txid": "c3e0e7a4e7f1469a9f782d3d4999343c",
    "valor": "110.00",
    "horario": "2020-09-09T20:15:00.358Z",
    "infoPagador": "0123456789",
    "chave": "7d9f0335-8dcc-4054-9bf9-0dbd61d36906",
    "componentesValor": {"original": {"valor": "100.00"}, "multa": {"valor": "3.00"}, "juros": {"valor": "7.00"}},
    "devolucoes": [
        {
            "id": "123ABC",
            "rtrId": "D12345678202009091221abcdf098765",
            "valor": "10.00",
            "natureza": "ORIGINAL",
            "horario": {"solicitacao": "2020-09-09T20:15:00.358Z"},
            "status": "EM_PROCESSAMENTO",
        },
        {
            "id": "124",
            "valor": "20.00",
            "natureza": "MED_FRAUDE",
            "horario": {"solicitacao": "2020-09-10T00:00:00Z", "liquidacao": "2020-09-10T00:00:01-03:00"},
            "status": "DEVOLVIDO",
            "motivo": "fraude",
        },
    ],
}


def refused(function, *arguments, **named):
    with pytest.raises(BrasilError) as caught:
        function(*arguments, **named)
    return caught.value.code, caught.value.problem.field


def changed(document, path, value):
    """Return a deep copy with one value replaced, or removed if `value` is None."""
    copy = json.loads(json.dumps(document))
    *parents, last = path.split(".")
    place = copy
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy


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


SCALARS = st.sampled_from([None, True, 0, -1, 10**30, 1.5, float("nan"), "", "x", "1.00", "2026-01-01", [], {}])
INNER = st.dictionaries(
    st.sampled_from(["valor", "original", "multa", "modalidade", "data", "cpf", "nome", "id", "dataDeVencimento"]),
    SCALARS,
    max_size=3,
)
OUTER = st.sampled_from([*PIX, "calendario", "devedor", "status", "idRec", "atualizacao", "tentativas", "loc", "pix"])


@given(st.dictionaries(OUTER, SCALARS | INNER | st.lists(INNER, max_size=2), max_size=6))
def test_any_document_is_read_or_refused(document):
    for parse in (
        received.parse_document,
        charge.parse_cob,
        charge.parse_cobv,
        automatic.parse_recurrence,
        automatic.parse_recurring_charge,
    ):
        try:
            parse(document)
        except BrasilError as error:
            assert error.code.startswith("pix.")  # noqa: PT017


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


DEBTOR = Person(tax_id="529.982.247-25", name="Francisco da Silva", city="Recife", state="PE", postal_code="50000000")
KEY = "+5511987654321"


def test_a_cob_is_asked_for():
    request = charge.CobRequest(
        key=KEY,
        original_cents=3700,
        debtor=DEBTOR,
        payer_request="Pedido 1",
        info=(charge.Info("Campo 1", "Valor 1"),),
        location_id=7,
    )
    assert charge.cob_document(request) == {
        "calendario": {"expiracao": 86400},
        "devedor": {"cpf": "52998224725", "nome": "Francisco da Silva"},
        "loc": {"id": 7},
        "valor": {"original": "37.00"},
        "chave": KEY,
        "solicitacaoPagador": "Pedido 1",
        "infoAdicionais": [{"nome": "Campo 1", "valor": "Valor 1"}],
    }


def test_a_cob_with_an_open_amount_and_nothing_else_is_asked_for():
    request = charge.CobRequest(key=KEY, original_cents=0, payer_may_change_amount=True, expires_in_seconds=60)
    assert charge.cob_document(request) == {
        "calendario": {"expiracao": 60},
        "valor": {"original": "0.00", "modalidadeAlteracao": 1},
        "chave": KEY,
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"original_cents": 0}, "pix.cob.original"),
        ({"expires_in_seconds": 0}, "pix.cob.expiration"),
        ({"payer_request": "x" * 141}, "pix.cob.payer_request"),
        ({"info": (charge.Info("x" * 51, ""),)}, "pix.cob.info"),
        ({"info": (charge.Info("x", "x" * 201),)}, "pix.cob.info"),
        ({"info": (charge.Info("x", "x"),) * 51}, "pix.cob.info"),
        ({"key": "nada"}, "pix.key.format"),
        ({"debtor": Person(tax_id="52998224726", name="F")}, "cpf.check_digit"),
        ({"debtor": Person(tax_id="52998224725", name=" ")}, "pix.json.value"),
        ({"debtor": Person(tax_id="52998224725", name="x" * 201)}, "pix.json.value"),
        ({"original_cents": 10**13}, "pix.json.value"),
    ],
)
def test_a_cob_is_not_asked_for_wrongly(change, code):
    request = charge.CobRequest(**({"key": KEY, "original_cents": 1} | change))
    assert refused(charge.cob_document, request)[0] == code


TERMS = terms.Terms(
    original_cents=12_345,
    due_on=date(2026, 12, 31),
    days_valid_after_due=10,
    fine=terms.FineTerm(terms.Fine.PERCENT, Decimal("2.00")),
    interest=terms.InterestTerm(terms.Interest.PERCENT_PER_MONTH, Decimal("1.00")),
    abatement=terms.AbatementTerm(terms.Abatement.FIXED, Decimal("5.00")),
    discount=terms.DiscountTerm(
        terms.Discount.FIXED_UNTIL, tiers=(terms.DiscountUntil(date(2026, 12, 20), Decimal("30.00")),)
    ),
)


def test_a_cobv_is_asked_for_and_its_terms_come_back():
    document = charge.cobv_document(charge.CobvRequest(key=KEY, terms=TERMS, debtor=DEBTOR))
    assert document == {
        "calendario": {"dataDeVencimento": "2026-12-31", "validadeAposVencimento": 10},
        "devedor": {
            "cpf": "52998224725",
            "nome": "Francisco da Silva",
            "cidade": "Recife",
            "uf": "PE",
            "cep": "50000000",
        },
        "valor": {
            "original": "123.45",
            "multa": {"modalidade": 2, "valorPerc": "2.00"},
            "juros": {"modalidade": 3, "valorPerc": "1.00"},
            "abatimento": {"modalidade": 1, "valorPerc": "5.00"},
            "desconto": {"modalidade": 1, "descontoDataFixa": [{"data": "2026-12-20", "valorPerc": "30.00"}]},
        },
        "chave": KEY,
    }
    assert terms.parse(node(document)) == TERMS


def test_a_discount_per_day_is_written_without_dates():
    per_day = terms.DiscountTerm(terms.Discount.PERCENT_PER_BUSINESS_DAY, Decimal("0.05"))
    changed_terms = terms.Terms(original_cents=100, due_on=date(2026, 1, 1), discount=per_day)
    document = charge.cobv_document(charge.CobvRequest(key=KEY, terms=changed_terms, debtor=DEBTOR))
    assert document["valor"]["desconto"] == {"modalidade": 6, "valorPerc": "0.05"}
    assert document["calendario"]["validadeAposVencimento"] == 30
    assert terms.parse(node(document)) == changed_terms


COBV = {
    "calendario": {
        "criacao": "2020-09-09T20:15:00.358Z",
        "dataDeVencimento": "2026-12-31",
        "validadeAposVencimento": "30",
    },
    "txid": "7978c0c97ea847e78e8849634473c1f1",
    "revisao": 2,
    "loc": {"id": 789, "location": "pix.example.com/qr/c2/cobv/9d36b84fc70b478fb95c12729b90ca25", "tipoCob": "cobv"},
    "status": "ATIVA",
    "devedor": {"cnpj": "12ABC34501DE35", "nome": "Empresa de Serviços SA", "logradouro": "Rua 1"},
    "recebedor": {"nome": "outra"},
    "valor": {"original": "123.45", "desconto": {"modalidade": "5", "valorPerc": "0.10"}},
    "chave": "5f84a4c5-c5cb-4599-9f13-7eb4d419dacc",
    "solicitacaoPagador": "Cobrança dos serviços prestados.",
    "infoAdicionais": [{"nome": "Campo 1", "valor": "Informação"}],
    "pixCopiaECola": "000201",
    "novidade": {"que": "ninguém conhece"},
}


def test_a_cobv_answer_is_read():
    read = charge.parse_cobv(COBV)
    assert (read.txid, read.status, read.revision, read.original_cents) == (COBV["txid"], "ATIVA", 2, 12_345)
    assert (read.is_paid, read.is_removed, read.expires_in_seconds) == (False, False, None)
    assert read.terms.discount == terms.DiscountTerm(terms.Discount.PERCENT_PER_DAY, Decimal("0.10"))
    assert (read.terms.due_on, read.terms.days_valid_after_due) == (date(2026, 12, 31), 30)
    assert (read.debtor.tax_id, read.debtor.street) == ("12ABC34501DE35", "Rua 1")
    assert (read.location, read.location_id) == (COBV["loc"]["location"], 789)
    assert read.info == (charge.Info("Campo 1", "Informação"),)
    assert (read.br_code, read.payer_request) == ("000201", COBV["solicitacaoPagador"])
    assert read.created_at == datetime(2020, 9, 9, 20, 15, 0, 358_000, tzinfo=UTC)
    assert "12ABC" not in repr(read.debtor)


def test_a_cob_answer_is_read_with_its_payments():
    document = {
        "calendario": {"expiracao": 3600},
        "txid": COBV["txid"],
        "status": "CONCLUIDA",
        "location": "pix.example.com/qr/v2/1",
        "valor": {"original": "110.00"},
        "pix": [PIX],
    }
    read = charge.parse_cob(document)
    assert (read.is_paid, read.expires_in_seconds, read.revision, read.terms) == (True, 3600, 0, None)
    assert (read.debtor, read.key, read.created_at, read.location_id) == (None, None, None, None)
    assert read.location == "pix.example.com/qr/v2/1"
    assert [pix.amount_cents for pix in read.payments] == [11_000]
    assert charge.parse_cob(document | {"calendario": {}}).expires_in_seconds == 86_400


@pytest.mark.parametrize("status", ["REMOVIDA_PELO_USUARIO_RECEBEDOR", "REMOVIDA_PELO_PSP", "REMOVIDO_PELO_PSP"])
def test_a_removed_charge_is_recognised_in_both_spellings(status):
    assert charge.parse_cobv(COBV | {"status": status}).is_removed


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("txid", "abc", "pix.txid", None),
        ("status", None, "pix.json.missing", "status"),
        ("valor", None, "pix.json.missing", "valor"),
        ("valor.desconto.modalidade", 7, "pix.json.value", "valor.desconto.modalidade"),
        ("valor.desconto.modalidade", 0, "pix.json.value", "valor.desconto.modalidade"),
        ("valor.desconto.modalidade", True, "pix.json.value", "valor.desconto.modalidade"),
        ("calendario.dataDeVencimento", None, "pix.json.missing", "calendario.dataDeVencimento"),
        ("calendario.dataDeVencimento", "31/12/2026", "pix.json.value", "calendario.dataDeVencimento"),
        ("calendario.dataDeVencimento", "2026-02-30", "pix.json.value", "calendario.dataDeVencimento"),
        ("calendario.validadeAposVencimento", -1, "pix.json.value", "calendario.validadeAposVencimento"),
        ("devedor.cnpj", None, "pix.json.value", "devedor.cpf"),
        ("devedor.cpf", "52998224725", "pix.json.value", "devedor.cpf"),
        ("devedor.cnpj", "12abc34501de35", "pix.json.value", "devedor.cnpj"),
        ("devedor.nome", None, "pix.json.missing", "devedor.nome"),
        ("revisao", "x", "pix.json.value", "revisao"),
        ("infoAdicionais.0.nome", None, "pix.json.missing", "infoAdicionais[0].nome"),
    ],
)
def test_a_wrong_cobv_answer_is_named_by_its_path(path, value, code, field):
    assert refused(charge.parse_cobv, changed(COBV, path, value)) == (code, field)


REC = automatic.RecurrenceRequest(
    contract="63100862",
    subject="Serviço de Streaming",
    debtor=DEBTOR,
    starts_on=date(2026, 4, 1),
    periodicity="MENSAL",
    retry_policy="PERMITE_3R_7D",
    amount_cents=3500,
)


def test_a_recurrence_is_asked_for():
    assert automatic.recurrence_document(REC) == {
        "vinculo": {
            "objeto": "Serviço de Streaming",
            "contrato": "63100862",
            "devedor": {"cpf": "52998224725", "nome": "Francisco da Silva"},
        },
        "calendario": {"dataInicial": "2026-04-01", "periodicidade": "MENSAL"},
        "valor": {"valorRec": "35.00"},
        "politicaRetentativa": "PERMITE_3R_7D",
    }


def replaced(request, **change):
    from dataclasses import replace

    return replace(request, **change)


def test_a_recurrence_with_a_floor_an_end_and_a_first_charge_is_asked_for():
    document = automatic.recurrence_document(
        replaced(
            REC,
            amount_cents=None,
            payer_limit_floor_cents=2000,
            ends_on=date(2027, 4, 1),
            location_id=9,
            first_charge_txid="a" * 26,
            subject=None,
        )
    )
    assert document["valor"] == {"valorMinimoRecebedor": "20.00"}
    assert document["calendario"]["dataFinal"] == "2027-04-01"
    assert document["loc"] == 9
    assert document["ativacao"] == {"dadosJornada": {"txid": "a" * 26}}
    assert "objeto" not in document["vinculo"]


def test_a_recurrence_of_open_amount_has_no_value():
    assert "valor" not in automatic.recurrence_document(replaced(REC, amount_cents=None))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"contract": ""}, "pix.rec.contract"),
        ({"contract": "x" * 36}, "pix.rec.contract"),
        ({"subject": "x" * 36}, "pix.rec.subject"),
        ({"periodicity": "DIARIA"}, "pix.rec.periodicity"),
        ({"retry_policy": "SEMPRE"}, "pix.rec.retry_policy"),
        ({"payer_limit_floor_cents": 1}, "pix.rec.amount"),
        ({"ends_on": date(2026, 3, 31)}, "pix.rec.dates"),
        ({"first_charge_txid": "abc"}, "pix.txid"),
        ({"debtor": Person(tax_id="52998224725", name="x" * 141)}, "pix.json.value"),
    ],
)
def test_a_recurrence_is_not_asked_for_wrongly(change, code):
    assert refused(automatic.recurrence_document, replaced(REC, **change))[0] == code


ID = "RR1234567820240115abcdefghijk"
RECURRENCE = {
    "idRec": ID,
    "status": "CANCELADA",
    "vinculo": {"contrato": "63100862", "devedor": {"cpf": "45164632481", "nome": "Fulano de Tal"}},
    "calendario": {"dataInicial": "2024-04-01", "dataFinal": "2025-04-01", "periodicidade": "MENSAL"},
    "valor": {"valorRec": "35.00"},
    "politicaRetentativa": "NAO_PERMITE",
    "loc": {"id": 108, "location": "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002", "idRec": ID},
    "ativacao": {"tipoJornada": "JORNADA_1"},
    "atualizacao": [{"status": "CRIADA", "data": "2023-12-10T12:10:41.212Z"}],
    "encerramento": {"cancelamento": {"solicitante": "USUARIO_PAGADOR", "codigo": "SLDB", "descricao": "a pedido"}},
}


def test_a_recurrence_is_read_from_an_answer_and_from_a_webhook():
    read = automatic.parse_recurrence(RECURRENCE)
    assert (read.id, read.status, read.retries_allowed) == (ID, "CANCELADA", True)
    assert (read.starts_on, read.ends_on, read.periodicity) == (date(2024, 4, 1), date(2025, 4, 1), "MENSAL")
    assert (read.amount_cents, read.payer_limit_floor_cents, read.journey) == (3500, None, "JORNADA_1")
    assert read.ending == automatic.Ending(code="SLDB", description="a pedido", asked_by="USUARIO_PAGADOR")
    assert read.location == RECURRENCE["loc"]["location"]
    assert [change.status for change in read.history] == ["CRIADA"]
    assert automatic.parse_recurrence_webhook(json.dumps({"recs": [RECURRENCE]})) == (read,)


def test_a_notification_of_a_recurrence_has_little_in_it():
    (read,) = automatic.parse_recurrence_webhook(json.dumps({"recs": [{"idRec": ID, "status": "APROVADA"}]}))
    assert (read.contract, read.debtor, read.starts_on, read.ending, read.history) == (None, None, None, None, ())


def test_the_id_of_a_request_is_no_recurrence():
    document = RECURRENCE | {"idRec": "SC1234567820240115abcdefghijk"}
    assert refused(automatic.parse_recurrence, document) == ("pix.json.value", "idRec")


COBR = {
    "idRec": ID,
    "txid": "7f733863543b4a16b516d839bd4bc34e",
    "status": "REJEITADA",
    "calendario": {"dataDeVencimento": "2024-08-20"},
    "valor": {"original": "210.00"},
    "ajusteDiaUtil": False,
    "politicaRetentativa": "NAO_PERMITE",
    "atualizacao": [{"status": "CRIADA", "data": "2024-05-20T12:13:20.222Z"}],
    "tentativas": [
        {
            "dataLiquidacao": "2024-20-08",
            "tipo": "AGND",
            "status": "REJEITADA",
            "endToEndId": "E12345678202408201221abcdef12345",
            "atualizacao": [],
            "rejeicao": {"codigo": "AM09", "descricao": "valor"},
        },
        {
            "tipo": "NTAG",
            "status": "PAGA",
            "endToEndId": "E12345678202408201221abcdef12346",
            "dataLiquidacao": "2024-08-21",
        },
    ],
    "pix": [PIX],
    "encerramento": {"rejeicao": {"codigo": "AM09", "descricao": "valor"}},
}


def test_a_recurring_charge_is_read_from_an_answer_and_from_a_webhook():
    read = automatic.parse_recurring_charge(COBR)
    assert (read.txid, read.recurrence_id, read.status) == (COBR["txid"], ID, "REJEITADA")
    assert (read.due_on, read.original_cents, read.move_to_business_day) == (date(2024, 8, 20), 21_000, False)
    first, second = read.attempts
    assert (first.settles_on, first.kind, first.ends_the_charge) == (None, "AGND", True)
    assert (second.settles_on, second.rejection, second.ends_the_charge) == (date(2024, 8, 21), None, False)
    assert read.ending == automatic.Ending(code="AM09", description="valor")
    assert [pix.amount_cents for pix in read.payments] == [11_000]
    assert automatic.parse_cobr_webhook(json.dumps({"cobsr": [COBR]})) == (read,)


def test_a_recurring_charge_moves_to_a_business_day_unless_told_otherwise():
    bare = {name: COBR[name] for name in ("idRec", "txid", "status")}
    read = automatic.parse_recurring_charge(bare)
    assert read.move_to_business_day is True
    assert (read.due_on, read.original_cents, read.attempts, read.ending) == (None, None, (), None)
    assert refused(automatic.parse_recurring_charge, bare | {"ajusteDiaUtil": "sim"}) == (
        "pix.json.value",
        "ajusteDiaUtil",
    )


@pytest.mark.parametrize("code", ["AC05", "AM09", "DENC", "DS27", "DTED", "MIDI", "MSUC", "NITX", "RC09"])
def test_these_rejections_end_the_charge(code):
    assert (
        automatic.parse_recurring_charge(changed(COBR, "tentativas.0.rejeicao.codigo", code))
        .attempts[0]
        .ends_the_charge
    )


@pytest.mark.parametrize("code", ["AB10", "AC06", "AM02", "DTNT", "FBRD", "IRNT", "NIEC", "NIPA", "QUNT", "UDEI"])
def test_these_rejections_leave_the_charge_open(code):
    assert (
        not automatic.parse_recurring_charge(changed(COBR, "tentativas.0.rejeicao.codigo", code))
        .attempts[0]
        .ends_the_charge
    )


COBR_REQUEST = automatic.CobrRequest(
    recurrence_id=ID,
    due_on=date(2026, 4, 15),
    original_cents=10_600,
    receiver_account="12345678",
    receiver_account_kind="CORRENTE",
)


def test_a_recurring_charge_is_asked_for():
    assert automatic.cobr_document(COBR_REQUEST) == {
        "idRec": ID,
        "calendario": {"dataDeVencimento": "2026-04-15"},
        "valor": {"original": "106.00"},
        "ajusteDiaUtil": True,
        "recebedor": {"conta": "12345678", "tipoConta": "CORRENTE"},
    }
    more = automatic.cobr_document(
        replaced(COBR_REQUEST, receiver_branch="0001", info="abril", move_to_business_day=False)
    )
    assert (more["recebedor"]["agencia"], more["infoAdicional"], more["ajusteDiaUtil"]) == ("0001", "abril", False)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"recurrence_id": "x"}, "pix.recurrence_id"),
        ({"recurrence_id": "SC1234567820240115abcdefghijk"}, "pix.recurrence_id"),
        ({"original_cents": 0}, "pix.cobr.amount"),
        ({"receiver_account": ""}, "pix.cobr.account"),
        ({"receiver_account": "1" * 21}, "pix.cobr.account"),
        ({"receiver_account_kind": "SALARIO"}, "pix.cobr.account"),
        ({"receiver_branch": "12345"}, "pix.cobr.account"),
        ({"receiver_branch": ""}, "pix.cobr.account"),
        ({"info": "x" * 141}, "pix.cobr.info"),
    ],
)
def test_a_recurring_charge_is_not_asked_for_wrongly(change, code):
    assert refused(automatic.cobr_document, replaced(COBR_REQUEST, **change))[0] == code


def test_the_place_of_a_syntax_error_is_told():
    with pytest.raises(BrasilError) as caught:
        load(b'{\n"a": ,}')
    assert (caught.value.problem.line, caught.value.position) == (2, 6)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (12_345, "123.45"), (999_999_999_999, "9999999999.99")]
)
def test_an_amount_is_written_as_the_api_wants(cents, text):
    assert amount(cents) == text


@pytest.mark.parametrize("cents", [-1, 1_000_000_000_000, 1.0, True])
def test_an_amount_that_does_not_fit_is_refused(cents):
    assert refused(amount, cents)[0] == "pix.json.value"


def test_a_word_can_be_held_to_a_list():
    document = node({"tipo": "rec"})
    assert document.word("tipo", ("rec",)) == "rec"
    assert refused(document.word, "tipo", ("cob", "cobv")) == ("pix.json.value", "tipo")
