"""Golden CNAB 400 files of Sicoob and Sicredi. Positions are the manuals'."""

from .cases_400 import COMMON, ZERO, Case, _known, header, trailer
from .paper import expected, movement, numbered, reasons, record

DAY, CREDIT, DUE = "2026-11-23", "2026-11-24", "2026-11-20"


def sicoob() -> Case:
    """Sicoob 400: credit date 176-181, fee 182-188, credited 306-318."""
    places = {**COMMON, "our": (63, 74), "credit_on": (176, 181), "fee": (182, 188), "credited": (306, 318)}

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, "10211222333000181"),
            (107, "01"),
            **{**ZERO, "other": 0, "credited": 0, "credit_on": "000000", **values},
        )

    lines = [
        header("756", "BANCOOBCED", "231126", (27, "43270"), (101, "0000093")),
        detail(
            our="000000000017",
            your="Q1",
            code="06",
            on="231126",
            doc="B1",
            due="201126",
            face=20000,
            paid=20000,
            fee=170,
            credited=19830,
            credit_on="241126",
        ),
        detail(
            our="000000000024",
            your="Q2",
            code="15",
            on="231126",
            doc="B2",
            due="200926",
            face=30000,
            paid=33000,
            interest=3000,
            credited=33000,
            credit_on="241126",
        ),
        detail(our="000000000031", your="Q3", code="09", on="231126", doc="B3", due="200526", face=1500),
        trailer("756"),
    ]
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="000000000017",
                your_number="Q1",
                document_number="B1",
                description="Liquidação normal",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=20000,
                paid_cents=20000,
                credited_cents=19830,
                fee_cents=170,
            ),
        ),
        movement(
            3,
            "settled",
            "15",
            **_known(
                our_number="000000000024",
                your_number="Q2",
                document_number="B2",
                description="Liquidação em cartório",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on="2026-09-20",
                face_cents=30000,
                paid_cents=33000,
                credited_cents=33000,
                interest_cents=3000,
            ),
        ),
        movement(
            4,
            "written_off",
            "09",
            **_known(
                our_number="000000000031",
                your_number="Q3",
                document_number="B3",
                description="Baixa de título",
                occurred_on=DAY,
                due_on="2026-05-20",
                face_cents=1500,
                credited_cents=0,
            ),
        ),
    ]
    totals = {
        "settled": 2,
        "face_cents": 51500,
        "paid_cents": 53000,
        "credited_cents": 52830,
        "interest_cents": 3000,
        "fee_cents": 170,
    }
    return "sicoob", numbered(lines), expected("cnab400", "756", "sicoob-400", DAY, 93, movements, totals)


def sicredi() -> Case:
    """Sicredi CNAB 400, Aug/2019: header date AAAAMMDD, credit date 329-336, fine 280-292."""
    places = {**COMMON, "our": (48, 62), "reasons": (319, 328), "credit_on": (329, 336)}
    del places["your"]

    def detail(**values: str | int) -> str:
        return record(400, places, (1, "1"), **{**ZERO, "other": 0, "reasons": "0000000000", **values})

    lines = [
        record(
            400,
            {},
            (1, "02RETORNO01COBRANCA"),
            (27, "12345"),
            (32, "11222333000181"),
            (77, "748"),
            (80, "SICREDI"),
            (95, "20261123"),
            (111, "0000017"),
            (390, "02.00"),
        ),
        detail(
            our="262000035",
            code="06",
            on="231126",
            doc="R1",
            due="201126",
            face=10000,
            paid=10250,
            interest=50,
            other=200,
            fee=199,
            credit_on="20261124",
            reasons="H500000000",
        ),
        detail(
            our="262000043", code="17", on="231126", doc="R2", due="200826", face=5000, paid=5000, credit_on="20261124"
        ),
        detail(our="262000051", code="03", on="231126", doc="R3", due="201226", face=7000, reasons="C645000000"),
        trailer("748"),
    ]
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="262000035",
                document_number="R1",
                description="Liquidação normal",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=10000,
                paid_cents=10250,
                interest_cents=50,
                fine_cents=200,
                fee_cents=199,
                reasons=reasons(("H5", "Recebimento fora da rede Sicredi, VLB inferior, por compensação")),
            ),
        ),
        movement(
            3,
            "settled_unregistered",
            "17",
            **_known(
                our_number="262000043",
                document_number="R2",
                description="Liquidação após baixa",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on="2026-08-20",
                face_cents=5000,
                paid_cents=5000,
                fine_cents=0,
            ),
        ),
        movement(
            4,
            "rejected",
            "03",
            **_known(
                our_number="262000051",
                document_number="R3",
                description="Entrada rejeitada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=7000,
                fine_cents=0,
                reasons=reasons(("C6", "Título já liquidado"), ("45", "Nome do pagador inválido")),
            ),
        ),
    ]
    totals = {
        "settled": 2,
        "face_cents": 22000,
        "paid_cents": 15250,
        "interest_cents": 50,
        "fine_cents": 200,
        "fee_cents": 199,
    }
    return "sicredi", numbered(lines), expected("cnab400", "748", "sicredi-400", DAY, 17, movements, totals)
