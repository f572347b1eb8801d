"""Golden CNAB 240 files of the banks that differ from FEBRABAN's layout. Positions are the manuals'."""

from .cases_240 import CREDIT, DAY, SEGMENT_T, Case, File, _known
from .paper import expected, movement, reasons


def santander() -> Case:
    """Santander H7815: segment T stands four positions earlier; Pix in Y-03; 93 does not settle."""
    t_places = {
        "code": (16, 17),
        "our": (41, 53),
        "doc": (55, 69),
        "due": (70, 77),
        "face": (78, 92),
        "use": (101, 125),
        "payer": (144, 183),
        "fee": (194, 208),
        "reasons": (209, 218),
    }
    file = File("033", t_places, closing_lot="0824")
    file.lot(
        (
            {
                "code": "06",
                "our": "0000000001040",
                "doc": "S1",
                "due": "20112026",
                "face": 12700,
                "use": "C1",
                "fee": 324,
                "payer": "XUNDA",
                "reasons": "04",
            },
            {"paid": 12700, "credited": 12700, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "02",
                "our": "0000000001058",
                "doc": "S2",
                "due": "20122026",
                "face": 1025,
                "use": "C2",
                "reasons": "",
            },
            {},
            ((18, "03"), (81, "5"), (82, "qr.santander.com.br/pix/v2/9d36"), (159, "TXID123456789012345678901234")),
        ),
        (
            {
                "code": "93",
                "our": "0000000001066",
                "doc": "S3",
                "due": "23112026",
                "face": 5000,
                "use": "C3",
                "reasons": "",
            },
            {"paid": 5000},
            (),
        ),
        number=824,
    )
    movements = [
        movement(
            3,
            "settled",
            "06",
            **_known(
                our_number="0000000001040",
                document_number="S1",
                your_number="C1",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-20",
                face_cents=12700,
                paid_cents=12700,
                credited_cents=12700,
                fee_cents=324,
                payer_name="XUNDA",
                reasons=reasons(("04", "Compensação eletrônica")),
            ),
        ),
        movement(
            5,
            "entry_confirmed",
            "02",
            **_known(
                our_number="0000000001058",
                document_number="S2",
                your_number="C2",
                description="Entrada confirmada",
                due_on="2026-12-20",
                face_cents=1025,
                pix={"txid": "TXID123456789012345678901234", "location": "qr.santander.com.br/pix/v2/9d36"},
            ),
        ),
        movement(
            8,
            "other",
            "93",
            **_known(
                our_number="0000000001066",
                document_number="S3",
                your_number="C3",
                due_on="2026-11-23",
                face_cents=5000,
                description="Baixa operacional (pagamento capturado, ainda não liquidado)",
                paid_cents=5000,
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 18725, "paid_cents": 12700, "credited_cents": 12700, "fee_cents": 324}
    return "santander", file.closed(), expected("cnab240", "033", "santander-240", DAY, 77, movements, totals)


def caixa() -> Case:
    """Caixa SIGCB 240: nosso número 40-56; the reasons of a settlement are channel and form, so 02 is no part payment."""
    file = File("104", {**SEGMENT_T, "our": (40, 56), "doc": (59, 69)})
    file.lot(
        (
            {
                "code": "06",
                "our": "24000000011136997",
                "doc": "E1",
                "due": "02112026",
                "face": 8000,
                "use": "K1",
                "fee": 125,
                "reasons": "0201",
            },
            {"paid": 8000, "credited": 8000, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "47",
                "our": "24000000011137889",
                "doc": "E2",
                "due": "10112026",
                "face": 8000,
                "use": "K2",
                "reasons": "",
            },
            {"paid": 8000},
            (),
        ),
    )
    movements = [
        movement(
            3,
            "settled",
            "06",
            **_known(
                our_number="24000000011136997",
                document_number="E1",
                your_number="K1",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-02",
                face_cents=8000,
                paid_cents=8000,
                credited_cents=8000,
                fee_cents=125,
                reasons=reasons(("02", "Casa lotérica"), ("01", "Em dinheiro")),
            ),
        ),
        movement(
            5,
            "other",
            "47",
            **_known(
                our_number="24000000011137889",
                document_number="E2",
                your_number="K2",
                due_on="2026-11-10",
                face_cents=8000,
                description="Estorno de liquidação on-line",
                paid_cents=8000,
                needs_review=True,
                reverses_payment=True,
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 16000, "paid_cents": 8000, "credited_cents": 8000, "fee_cents": 125}
    return (
        "caixa",
        file.closed(),
        expected("cnab240", "104", "caixa-240", DAY, 77, movements, totals, [("movement.reverses_payment", 5)]),
    )


def itau() -> Case:
    """Itaú 240: nosso número 41-48 behind the carteira; Itaú's own codes, where 17 is a rejection."""
    file = File("341", {**SEGMENT_T, "our": (41, 48), "doc": (59, 68)})
    file.lot(
        (
            {
                "code": "06",
                "our": "12345678",
                "doc": "DOC1",
                "due": "15112026",
                "face": 12345,
                "use": "T1",
                "fee": 500,
                "payer": "CLIENTE TESTE LTDA",
                "reasons": "",
            },
            {"paid": 12345, "credited": 11845, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "17",
                "our": "12345679",
                "doc": "DOC2",
                "due": "15122026",
                "face": 9900,
                "use": "T2",
                "reasons": "43",
            },
            {},
            (),
        ),
    )
    movements = [
        movement(
            3,
            "settled",
            "06",
            **_known(
                our_number="12345678",
                document_number="DOC1",
                your_number="T1",
                description="Liquidação normal",
                credit_on=CREDIT,
                due_on="2026-11-15",
                face_cents=12345,
                paid_cents=12345,
                credited_cents=11845,
                fee_cents=500,
                payer_name="CLIENTE TESTE LTDA",
            ),
        ),
        movement(
            5,
            "rejected",
            "17",
            **_known(
                our_number="12345679",
                document_number="DOC2",
                your_number="T2",
                description="Alteração de dados rejeitada",
                due_on="2026-12-15",
                face_cents=9900,
                reasons=reasons(("43", "Alteração bloqueada: vencimento já alterado")),
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 22245, "paid_cents": 12345, "credited_cents": 11845, "fee_cents": 500}
    return "itau", file.closed(), expected("cnab240", "341", "itau-240", DAY, 77, movements, totals)


def sicoob() -> Case:
    """Sicoob 240: nosso número 38-47; instalment, modality and form behind it."""
    file = File("756", {**SEGMENT_T, "our": (38, 47)})
    file.lot(
        (
            {
                "code": "06",
                "our": "0000000083",
                "doc": "1",
                "due": "13112026",
                "face": 2000,
                "use": "3039",
                "fee": 170,
                "payer": "A MATERIAIS ELETRICOS",
                "reasons": "03",
            },
            {"paid": 2000, "credited": 2000, "credit_on": "24112026"},
            (),
        ),
    )
    file.lines[2] = file.lines[2][:47] + "01011     " + file.lines[2][57:]
    movements = [
        movement(
            3,
            "settled",
            "06",
            **_known(
                our_number="0000000083",
                document_number="1",
                your_number="3039",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-13",
                face_cents=2000,
                paid_cents=2000,
                credited_cents=2000,
                fee_cents=170,
                payer_name="A MATERIAIS ELETRICOS",
                reasons=reasons(("03", "No guichê de caixa, em dinheiro")),
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 2000, "paid_cents": 2000, "credited_cents": 2000, "fee_cents": 170}
    return "sicoob", file.closed(), expected("cnab240", "756", "sicoob-240", DAY, 77, movements, totals)


def sicredi() -> Case:
    """Sicredi 240: FEBRABAN's places, 36 is a rejected write-off."""
    file = File("748", SEGMENT_T)
    file.lot(
        (
            {
                "code": "36",
                "our": "172000595",
                "doc": "10000000000",
                "due": "13112026",
                "face": 99500,
                "use": "",
                "reasons": "A7",
            },
            {},
            (),
        ),
        (
            {
                "code": "06",
                "our": "172000603",
                "doc": "10000000001",
                "due": "13112026",
                "face": 99500,
                "use": "",
                "reasons": "06",
            },
            {"paid": 97510, "discount": 1990, "credited": 97510, "credit_on": "24112026"},
            (),
        ),
    )
    movements = [
        movement(
            3,
            "rejected",
            "36",
            **_known(
                our_number="172000595",
                document_number="10000000000",
                description="Baixa rejeitada",
                due_on="2026-11-13",
                face_cents=99500,
                reasons=reasons(("A7", "Título já se encontra na situação pretendida")),
            ),
        ),
        movement(
            5,
            "settled",
            "06",
            **_known(
                our_number="172000603",
                document_number="10000000001",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-13",
                face_cents=99500,
                paid_cents=97510,
                credited_cents=97510,
                discount_cents=1990,
                reasons=reasons(("06", "Por meio eletrônico")),
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 199000, "paid_cents": 97510, "credited_cents": 97510, "discount_cents": 1990}
    return "sicredi", file.closed(), expected("cnab240", "748", "sicredi-240", DAY, 77, movements, totals)
