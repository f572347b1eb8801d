"""Golden CNAB 400 files of Bradesco and Banco do Brasil. Positions are the manuals'."""

from .cases_400 import COMMON, ZERO, Case, _known, header, trailer
from .paper import expected, movement, numbered, reasons, record


def bradesco() -> Case:
    """Bradesco 400: gross in 254-266; Pix record 4; reversals 22 and 40; totals by code in the trailer."""
    places = {**COMMON, "our": (71, 82), "wallet": (108, 108), "in_part": (106, 107), "reasons": (319, 328)}

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, "10211222333000181000"),
            (21, "00090146700196691"),
            **{**ZERO, "other": 0, "wallet": "9", "in_part": "00", "reasons": "0000000000", **values},
        )

    lines = [
        header(
            "237",
            "BRADESCO",
            "150526",
            (27, "00000000000004540691"),
            (101, "01600000"),
            (109, "00405"),
            (380, "150526"),
        ),
        detail(
            our="00000000303P",
            your="A-1",
            code="06",
            on="150526",
            doc="1030",
            due="100526",
            face=14500,
            paid=14900,
            fee=160,
            interest=400,
            credit_on="180526",
        ),
        detail(
            our="000000003048",
            your="A-2",
            code="17",
            on="150526",
            doc="1031",
            due="100526",
            face=2000,
            paid=2000,
            credit_on="180526",
        ),
        detail(
            our="000000003056",
            your="A-3",
            code="06",
            on="150526",
            doc="1032",
            due="100526",
            face=9000,
            paid=4000,
            credit_on="180526",
            reasons="1800000000",
        ),
        detail(our="000000003064", your="A-4", code="02", on="150526", doc="1033", due="250526", face=18000),
        record(
            400,
            {},
            (1, "4"),
            (2, "009014670019669"),
            (17, "00000000306"),
            (28, "4"),
            (29, "qrpix.bradesco.com.br/qr/v2/cobv/9d36b84f"),
            (106, "TXID00000000000000000000000001"),
        ),
        detail(our="000000003072", your="A-5", code="22", on="150526", doc="1034", due="100526", face=5000, paid=5000),
        detail(our="000000003080", your="A-6", code="28", on="150526", face=0, fee=300, reasons="0400000000"),
        detail(
            our="000000003099",
            your="A-7",
            code="10",
            on="150526",
            doc="1036",
            due="100326",
            face=20000,
            reasons="1600000000",
        ),
        trailer(
            "237",
            (18, "00000018"),
            (26, "00000000864500"),
            (40, "00000405"),
            (58, "00001"),
            (63, "000000018000"),
            (75, "000000018900"),
            (87, "00002"),
            (92, "000000018900"),
            (104, "00001"),
            (109, "000000020000"),
            (121, "00000"),
            (126, "000000000000"),
            (138, "00000"),
            (143, "000000000000"),
            (155, "00000"),
            (160, "000000000000"),
            (172, "00000"),
            (177, "000000000000"),
        ),
    ]
    day, credit = "2026-05-15", "2026-05-18"
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="00000000303P",
                your_number="A-1",
                document_number="1030",
                description="Liquidação normal",
                occurred_on=day,
                credit_on=credit,
                due_on="2026-05-10",
                face_cents=14500,
                paid_cents=14900,
                interest_cents=400,
                fee_cents=160,
            ),
        ),
        movement(
            3,
            "settled_unregistered",
            "17",
            **_known(
                our_number="000000003048",
                your_number="A-2",
                document_number="1031",
                occurred_on=day,
                credit_on=credit,
                description="Liquidação após baixa ou título não registrado",
                due_on="2026-05-10",
                face_cents=2000,
                paid_cents=2000,
            ),
        ),
        movement(
            4,
            "settled",
            "06",
            **_known(
                our_number="000000003056",
                your_number="A-3",
                document_number="1032",
                description="Liquidação normal",
                occurred_on=day,
                credit_on=credit,
                due_on="2026-05-10",
                face_cents=9000,
                paid_cents=4000,
                partial=True,
                reasons=reasons(("18", "Pagamento parcial")),
            ),
        ),
        movement(
            5,
            "entry_confirmed",
            "02",
            **_known(
                our_number="000000003064",
                your_number="A-4",
                document_number="1033",
                description="Entrada confirmada",
                occurred_on=day,
                due_on="2026-05-25",
                face_cents=18000,
                pix={"txid": "TXID00000000000000000000000001", "location": "qrpix.bradesco.com.br/qr/v2/cobv/9d36b84f"},
            ),
        ),
        movement(
            7,
            "other",
            "22",
            **_known(
                our_number="000000003072",
                your_number="A-5",
                document_number="1034",
                occurred_on=day,
                due_on="2026-05-10",
                description="Título com pagamento cancelado",
                face_cents=5000,
                paid_cents=5000,
                needs_review=True,
                reverses_payment=True,
            ),
        ),
        movement(
            8,
            "fee",
            "28",
            **_known(
                our_number="000000003080",
                your_number="A-6",
                description="Débito de tarifas/custas",
                occurred_on=day,
                face_cents=0,
                fee_cents=300,
                reasons=reasons(("04", "Tarifa de protesto")),
            ),
        ),
        movement(
            9,
            "written_off",
            "10",
            **_known(
                our_number="000000003099",
                your_number="A-7",
                document_number="1036",
                occurred_on=day,
                due_on="2026-03-10",
                description="Baixado conforme instruções da agência",
                face_cents=20000,
                reasons=reasons(("16", "Título baixado pelo banco por decurso de prazo")),
            ),
        ),
    ]
    totals = {"settled": 3, "face_cents": 68500, "paid_cents": 20900, "interest_cents": 400, "fee_cents": 460}
    return (
        "bradesco",
        numbered(lines),
        expected("cnab400", "237", "bradesco-400", day, 405, movements, totals, [("movement.reverses_payment", 7)]),
    )


def _bb(name: str, record_type: str, our: tuple[int, int], your: tuple[int, int], nature: tuple[int, int]) -> Case:
    places = {
        **COMMON,
        "your": your,
        "our": our,
        "nature": nature,
        "credit_on": (176, 181),
        "fee": (182, 188),
        "credited": (306, 318),
    }

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, record_type),
            (107, "18"),
            **{**ZERO, "other": 0, "credited": 0, "credit_on": "000000", "nature": "00", **values},
        )

    size = our[1] - our[0] + 1
    numbers = [f"{1622420:07d}{number:0{size - 7}d}" for number in range(1, 5)]
    lines = [
        header("001", "BANCO DO BRASIL", "200126", (27, "33251000289353000000"), (101, "0000007")),
        detail(
            our=numbers[0],
            your="X1",
            code="06",
            on="200126",
            due="190126",
            doc="D1",
            face=90640,
            paid=90640,
            fee=500,
            credited=90140,
            credit_on="220126",
            nature="01",
        ),
        detail(
            our=numbers[1],
            your="X2",
            code="07",
            on="200126",
            due="190126",
            doc="D2",
            face=50000,
            paid=20000,
            fee=500,
            credited=19500,
            credit_on="220126",
            nature="02",
        ),
        detail(
            our=numbers[2],
            your="X3",
            code="05",
            on="200126",
            due="000000",
            doc="D3",
            face=0,
            paid=2500,
            fee=200,
            credited=2300,
            credit_on="220126",
            nature="05",
        ),
        detail(our=numbers[3], your="X4", code="03", on="200126", due="200226", doc="D4", face=7000, nature="33"),
        trailer("001", (18, "0" * 30), (58, "0" * 30)),
    ]
    day, credit = "2026-01-20", "2026-01-22"
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number=numbers[0],
                your_number="X1",
                document_number="D1",
                description="Liquidação normal",
                occurred_on=day,
                credit_on=credit,
                due_on="2026-01-19",
                face_cents=90640,
                paid_cents=90640,
                credited_cents=90140,
                fee_cents=500,
                reasons=reasons(("01", "Liquidação normal")),
            ),
        ),
        movement(
            3,
            "settled",
            "07",
            **_known(
                our_number=numbers[1],
                your_number="X2",
                document_number="D2",
                description="Liquidação por conta (parcial)",
                occurred_on=day,
                credit_on=credit,
                due_on="2026-01-19",
                face_cents=50000,
                paid_cents=20000,
                credited_cents=19500,
                fee_cents=500,
                partial=True,
                reasons=reasons(("02", "Liquidação parcial")),
            ),
        ),
        movement(
            4,
            "settled_unregistered",
            "05",
            **_known(
                our_number=numbers[2],
                your_number="X3",
                document_number="D3",
                description="Liquidado sem registro",
                occurred_on=day,
                credit_on=credit,
                face_cents=0,
                paid_cents=2500,
                credited_cents=2300,
                fee_cents=200,
                reasons=reasons(("05", "Liquidação de título sem registro")),
            ),
        ),
        movement(
            5,
            "rejected",
            "03",
            **_known(
                our_number=numbers[3],
                your_number="X4",
                document_number="D4",
                description="Comando recusado",
                occurred_on=day,
                due_on="2026-02-20",
                face_cents=7000,
                credited_cents=0,
                reasons=reasons(("33", "Nosso número já existente")),
            ),
        ),
    ]
    totals = {"settled": 3, "face_cents": 147640, "paid_cents": 113140, "credited_cents": 111940, "fee_cents": 1200}
    return name, numbered(lines), expected("cnab400", "001", "bb-400", day, 7, movements, totals)


def banco_do_brasil_record_7() -> Case:
    """BB CBR643, convênio of 7 digits: record 7; credit date 176-181, fee 182-188, credited 306-318."""
    return _bb("bb-record-7", "7", (64, 80), (39, 63), (87, 88))


def banco_do_brasil_record_1() -> Case:
    """BB CBR643, convênio of 4 or 6 digits: record 1."""
    return _bb("bb-record-1", "1", (63, 74), (38, 62), (81, 82))
