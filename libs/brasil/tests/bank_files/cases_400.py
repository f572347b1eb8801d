"""Golden CNAB 400 files, Itaú first, each with what it says written beside it. Positions are the manuals'."""

from typing import Any

from .paper import expected, movement, numbered, reasons, record

Case = tuple[str, list[str], dict[str, Any]]

# The skeleton that the manuals share.
COMMON = {
    "type": (1, 1),
    "your": (38, 62),
    "code": (109, 110),
    "on": (111, 116),
    "doc": (117, 126),
    "due": (147, 152),
    "face": (153, 165),
    "bank": (166, 168),
    "fee": (176, 188),
    "abatement": (228, 240),
    "discount": (241, 253),
    "paid": (254, 266),
    "interest": (267, 279),
    "other": (280, 292),
    "credit_on": (296, 301),
    "sequence": (395, 400),
}
ZERO = {"fee": 0, "abatement": 0, "discount": 0, "paid": 0, "interest": 0}


def header(bank: str, name: str, date: str, *fixed: tuple[int, str]) -> str:
    return record(
        400, {}, (1, "02RETORNO01COBRANCA"), (47, "EMPRESA EXEMPLO LTDA"), (77, bank), (80, name), (95, date), *fixed
    )


def trailer(bank: str, *fixed: tuple[int, str]) -> str:
    return record(400, {}, (1, "9201"), (5, bank), *fixed)


def _known(**values: Any) -> dict[str, Any]:
    zero = {"paid_cents": 0, "interest_cents": 0, "discount_cents": 0, "abatement_cents": 0, "fee_cents": 0}
    return {**zero, **values}


def itau() -> Case:
    """Itaú Cobrança 400, Jul/2021: 254-266 is net of the fee; trailer 213-220 and 221-234."""
    places = {
        **COMMON,
        "our": (63, 70),
        "dac": (94, 94),
        "payer": (325, 354),
        "errors": (378, 385),
        "channel": (393, 394),
    }

    def detail(**values: str | int) -> str:
        return record(
            400,
            places,
            (1, "10211222333000181011100123450"),
            (83, "109"),
            (108, "I"),
            **{**ZERO, "credit_on": "000000", **values},
        )

    lines = [
        header("341", "BANCO ITAU S.A.", "231126", (27, "0111"), (101, "01600BPI"), (109, "00112"), (114, "241126")),
        detail(
            our="00000017",
            dac="4",
            your="PEDIDO-1",
            code="06",
            on="231126",
            doc="NF1001",
            due="201126",
            face=10000,
            fee=250,
            paid=10052,
            interest=302,
            credit_on="241126",
            payer="JOAO DA SILVA",
            channel="B2",
        ),
        detail(
            our="00000025",
            dac="7",
            your="PEDIDO-2",
            code="09",
            on="231126",
            doc="NF1002",
            due="010926",
            face=20000,
            fee=210,
            paid=210,
        ),
        detail(
            our="00000033", dac="5", your="PEDIDO-3", code="02", on="231126", doc="NF1003", due="231226", face=30000
        ),
        record(400, {}, (1, "300020126580014br.gov.bcb.pix2536qrpix.itau.com.br/cobv/12345")),
        detail(our="00000041", dac="8", code="03", on="231126", doc="NF1004", due="231226", face=40000, errors="0414"),
        detail(our="00000058", dac="2", code="10", on="231126", doc="NF1005", due="211126", face=50000),
        detail(
            our="00000066",
            dac="1",
            code="07",
            on="231126",
            doc="NF1006",
            due="221126",
            face=60000,
            fee=250,
            paid=29750,
            credit_on="241126",
            channel="CP",
        ),
        detail(our="00000074", dac="9", code="95", on="231126", doc="NF1007", due="231126", face=70000),
        detail(our="00000082", dac="6", code="28", on="231126", face=0, fee=990, paid=990),
        trailer("341", (213, "00000008"), (221, "00000000280000")),
    ]
    channel = {
        "B2": "Outro banco, pela linha digitável",
        "CP": "Agência Itaú, em dinheiro, cheque Itaú ou débito em conta",
    }
    day = "2026-11-23"
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="00000017",
                your_number="PEDIDO-1",
                document_number="NF1001",
                description="Liquidação normal",
                occurred_on=day,
                credit_on="2026-11-24",
                due_on="2026-11-20",
                face_cents=10000,
                paid_cents=10302,
                credited_cents=10052,
                interest_cents=302,
                fee_cents=250,
                payer_name="JOAO DA SILVA",
                reasons=reasons(("B2", channel["B2"])),
            ),
        ),
        movement(
            3,
            "written_off",
            "09",
            **_known(
                our_number="00000025",
                your_number="PEDIDO-2",
                document_number="NF1002",
                description="Baixa simples",
                occurred_on=day,
                due_on="2026-09-01",
                face_cents=20000,
                credited_cents=0,
                fee_cents=210,
            ),
        ),
        movement(
            4,
            "entry_confirmed",
            "02",
            **_known(
                our_number="00000033",
                your_number="PEDIDO-3",
                document_number="NF1003",
                description="Entrada confirmada",
                occurred_on=day,
                due_on="2026-12-23",
                face_cents=30000,
                credited_cents=0,
                pix={"txid": None, "location": "00020126580014br.gov.bcb.pix2536qrpix.itau.com.br/cobv/12345"},
            ),
        ),
        movement(
            6,
            "rejected",
            "03",
            **_known(
                our_number="00000041",
                document_number="NF1004",
                description="Entrada rejeitada",
                occurred_on=day,
                due_on="2026-12-23",
                face_cents=40000,
                credited_cents=0,
                reasons=reasons(
                    ("04", "Sigla do estado inválida"), ("14", "Nosso número já registrado ou fora da faixa")
                ),
            ),
        ),
        movement(
            7,
            "written_off",
            "10",
            **_known(
                our_number="00000058",
                document_number="NF1005",
                description="Baixa por ter sido liquidado",
                occurred_on=day,
                due_on="2026-11-21",
                face_cents=50000,
                credited_cents=0,
            ),
        ),
        movement(
            8,
            "settled",
            "07",
            **_known(
                our_number="00000066",
                document_number="NF1006",
                description="Liquidação parcial",
                occurred_on=day,
                credit_on="2026-11-24",
                due_on="2026-11-22",
                face_cents=60000,
                paid_cents=30000,
                credited_cents=29750,
                fee_cents=250,
                partial=True,
                reasons=reasons(("CP", channel["CP"])),
            ),
        ),
        movement(
            9,
            "other",
            "95",
            **_known(
                our_number="00000074",
                document_number="NF1007",
                occurred_on=day,
                due_on="2026-11-23",
                face_cents=70000,
                credited_cents=0,
                description="Baixa operacional (pagamento capturado, ainda não liquidado)",
            ),
        ),
        movement(
            10,
            "fee",
            "28",
            **_known(
                our_number="00000082",
                description="Tarifa de relação das liquidações",
                occurred_on=day,
                face_cents=0,
                credited_cents=0,
                fee_cents=990,
            ),
        ),
    ]
    totals = {
        "settled": 2,
        "face_cents": 280000,
        "paid_cents": 40302,
        "credited_cents": 39802,
        "interest_cents": 302,
        "fee_cents": 1700,
    }
    return "itau", numbered(lines), expected("cnab400", "341", "itau-400", day, 112, movements, totals)
