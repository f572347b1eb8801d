"""Pix Automático: recurrences and recurring charges. Examples follow bacen/pix-api openapi.yaml 2.9.0."""

import json
from datetime import date

import pytest

from brasil.pix import automatic
from brasil.pix.person import Person

from .api_documents import DEBTOR, PIX, changed, refused, replaced

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
