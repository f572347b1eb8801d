"""Golden CNAB 400 files of Santander and Caixa. Positions are the manuals'."""

from .cases_400 import COMMON, ZERO, Case, _known, header, trailer
from .paper import expected, movement, numbered, reasons, record

DAY, CREDIT, DUE = "2026-11-23", "2026-11-24", "2026-11-20"


def santander() -> Case:
    """Santander H7800: gross; fine in 280-292; errors of three digits in 137-145; Pix record 2."""
    places = {**COMMON, "our": (63, 70), "errors": (137, 145), "payer": (302, 337)}

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, "10211222333000181"),
            (18, "07300000003511000000"),
            (108, "5"),
            **{**ZERO, "other": 0, "errors": "000000000", "credit_on": "000000", **values},
        )

    lines = [
        header("033", "SANTANDER", "231126", (392, "025")),
        detail(
            our="00000011",
            your="C1",
            code="06",
            on="231126",
            doc="S1",
            due="201126",
            face=40000,
            paid=41200,
            interest=400,
            other=800,
            fee=210,
            credit_on="241126",
            payer="MARIA DE SOUZA",
        ),
        detail(our="00000029", your="C2", code="02", on="231126", doc="S2", due="201226", face=50000),
        record(
            400,
            {},
            (1, "25"),
            (3, "qr.santander.com.br/pix/v2/9d36b84f-c70b-478f"),
            (80, "TXID123456789012345678901234"),
        ),
        detail(our="00000037", your="C3", code="93", on="231126", doc="S3", due="231126", face=60000, paid=60000),
        detail(
            our="00000045", your="C4", code="03", on="231126", doc="S4", due="201226", face=70000, errors="092101000"
        ),
        trailer("033"),
    ]
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="00000011",
                your_number="C1",
                document_number="S1",
                description="Liquidação",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=40000,
                paid_cents=41200,
                interest_cents=400,
                fine_cents=800,
                fee_cents=210,
                payer_name="MARIA DE SOUZA",
            ),
        ),
        movement(
            3,
            "entry_confirmed",
            "02",
            **_known(
                our_number="00000029",
                your_number="C2",
                document_number="S2",
                description="Entrada de título confirmada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=50000,
                fine_cents=0,
                pix={
                    "txid": "TXID123456789012345678901234",
                    "location": "qr.santander.com.br/pix/v2/9d36b84f-c70b-478f",
                },
            ),
        ),
        movement(
            5,
            "other",
            "93",
            **_known(
                our_number="00000037",
                your_number="C3",
                document_number="S3",
                occurred_on=DAY,
                due_on="2026-11-23",
                description="Baixa operacional (pagamento capturado, ainda não liquidado)",
                face_cents=60000,
                paid_cents=60000,
                fine_cents=0,
            ),
        ),
        movement(
            6,
            "rejected",
            "03",
            **_known(
                our_number="00000045",
                your_number="C4",
                document_number="S4",
                description="Entrada de título rejeitada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=70000,
                fine_cents=0,
                reasons=reasons(("092", "Nosso número já cadastrado"), ("101", "Nome do pagador não informado")),
            ),
        ),
    ]
    totals = {
        "settled": 1,
        "face_cents": 220000,
        "paid_cents": 41200,
        "interest_cents": 400,
        "fine_cents": 800,
        "fee_cents": 210,
    }
    return "santander", numbered(lines), expected("cnab400", "033", "santander-400", DAY, 25, movements, totals)


def caixa() -> Case:
    """Caixa SIGCB 400: its own codes (21 settled, 33 reversal, 99 rejected); credit date 294-299."""
    places = {**COMMON, "your": (32, 56), "our": (57, 73), "errors": (80, 82), "credit_on": (294, 299)}

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, "10211222333000181"),
            (107, "01"),
            **{**ZERO, "other": 0, "credit_on": "000000", "errors": "000", **values},
        )

    lines = [
        header("104", "C ECON FEDERAL", "231126", (27, "1234"), (31, "123456"), (390, "00042")),
        detail(
            our="14000000000000017",
            your="K1",
            code="21",
            on="231126",
            doc="E1",
            due="201126",
            face=8000,
            paid=8100,
            interest=60,
            other=40,
            fee=125,
            credit_on="241126",
        ),
        detail(our="14000000000000025", your="K2", code="01", on="231126", doc="E2", due="201226", face=9000),
        detail(our="14000000000000033", your="K3", code="02", on="231126", doc="E3", due="200826", face=1000),
        detail(
            our="14000000000000041", your="K4", code="33", on="231126", doc="E4", due="201126", face=3000, paid=3000
        ),
        detail(
            our="14000000000000059", your="K5", code="99", on="231126", doc="E5", due="201226", face=4000, errors="010"
        ),
        trailer("104"),
    ]
    movements = [
        movement(
            2,
            "settled",
            "21",
            **_known(
                our_number="14000000000000017",
                your_number="K1",
                document_number="E1",
                description="Liquidação",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=8000,
                paid_cents=8100,
                interest_cents=60,
                fine_cents=40,
                fee_cents=125,
            ),
        ),
        movement(
            3,
            "entry_confirmed",
            "01",
            **_known(
                our_number="14000000000000025",
                your_number="K2",
                document_number="E2",
                description="Entrada confirmada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=9000,
                fine_cents=0,
            ),
        ),
        movement(
            4,
            "written_off",
            "02",
            **_known(
                our_number="14000000000000033",
                your_number="K3",
                document_number="E3",
                description="Baixa confirmada",
                occurred_on=DAY,
                due_on="2026-08-20",
                face_cents=1000,
                fine_cents=0,
            ),
        ),
        movement(
            5,
            "other",
            "33",
            **_known(
                our_number="14000000000000041",
                your_number="K4",
                document_number="E4",
                occurred_on=DAY,
                due_on=DUE,
                description="Estorno de baixa/liquidação",
                face_cents=3000,
                paid_cents=3000,
                fine_cents=0,
                needs_review=True,
                reverses_payment=True,
            ),
        ),
        movement(
            6,
            "rejected",
            "99",
            **_known(
                our_number="14000000000000059",
                your_number="K5",
                document_number="E5",
                description="Rejeição do título",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=4000,
                fine_cents=0,
                reasons=reasons(("010", "Inclusão de título já existente")),
            ),
        ),
    ]
    totals = {
        "settled": 1,
        "face_cents": 25000,
        "paid_cents": 8100,
        "interest_cents": 60,
        "fine_cents": 40,
        "fee_cents": 125,
    }
    return (
        "caixa",
        numbered(lines),
        expected("cnab400", "104", "caixa-400", DAY, 42, movements, totals, [("movement.reverses_payment", 5)]),
    )
