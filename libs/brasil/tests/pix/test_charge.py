"""Charges: cob and cobv. Examples follow bacen/pix-api openapi.yaml 2.9.0."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from brasil.pix import charge, terms
from brasil.pix.person import Person
from brasil.pix.reading import node

from .api_documents import DEBTOR, PIX, changed, refused

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
