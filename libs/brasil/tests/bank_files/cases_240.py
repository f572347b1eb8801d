"""Golden CNAB 240 files: FEBRABAN's layout and the banks that differ from it. Positions are the manuals'."""

from typing import Any

from .paper import expected, movement, reasons, record

Case = tuple[str, list[str], dict[str, Any]]

SEGMENT_T = {
    "code": (16, 17),
    "our": (38, 57),
    "doc": (59, 73),
    "due": (74, 81),
    "face": (82, 96),
    "use": (106, 130),
    "payer": (149, 188),
    "fee": (199, 213),
    "reasons": (214, 223),
}
SEGMENT_U = {
    "code": (16, 17),
    "interest": (18, 32),
    "discount": (33, 47),
    "abatement": (48, 62),
    "iof": (63, 77),
    "paid": (78, 92),
    "credited": (93, 107),
    "expenses": (108, 122),
    "credits": (123, 137),
    "on": (138, 145),
    "credit_on": (146, 153),
}
DAY, CREDIT = "2026-11-23", "2026-11-24"


class File:
    """Puts a file of one bank together, lot by lot, and counts as the layout says."""

    def __init__(self, bank: str, t_places: dict[str, tuple[int, int]], closing_lot: str = "9999") -> None:
        self.bank, self.t_places, self.closing_lot = bank, t_places, closing_lot
        self.lines = [
            record(
                240,
                {},
                (1, bank),
                (4, "00000"),
                (18, "2"),
                (19, "11222333000181"),
                (73, "EMPRESA EXEMPLO LTDA"),
                (143, "2"),
                (144, "23112026"),
                (158, "000077"),
            )
        ]
        self.lots = 0

    def lot(
        self, *titles: tuple[dict[str, Any], dict[str, Any], tuple[tuple[int, str], ...]], number: int | None = None
    ) -> None:
        self.lots += 1
        lot = f"{number or self.lots:04d}"
        details: list[str] = []

        def add(
            segment: str, places: dict[str, tuple[int, int]], values: dict[str, Any], *fixed: tuple[int, str]
        ) -> None:
            details.append(
                record(
                    240,
                    places,
                    (1, self.bank),
                    (4, lot),
                    (8, "3"),
                    (9, f"{len(details) + 1:05d}"),
                    (14, segment),
                    *fixed,
                    **values,
                )
            )

        for t, u, y in titles:
            add("T", self.t_places, {"fee": 0, **t})
            zero = dict.fromkeys(
                ("interest", "discount", "abatement", "iof", "paid", "credited", "expenses", "credits"), 0
            )
            add("U", SEGMENT_U, {**zero, "code": t["code"], "on": "23112026", "credit_on": "00000000", **u})
            if y:
                add("Y", {}, {}, (16, t["code"]), *y)
        self.lines.append(record(240, {}, (1, self.bank), (4, lot), (8, "1T01"), (18, "2"), (19, "011222333000181")))
        self.lines.extend(details)
        self.lines.append(record(240, {}, (1, self.bank), (4, lot), (8, "5"), (18, f"{len(details) + 2:06d}")))

    def closed(self) -> list[str]:
        return [
            *self.lines,
            record(
                240,
                {},
                (1, self.bank),
                (4, self.closing_lot),
                (8, "9"),
                (18, f"{self.lots:06d}"),
                (24, f"{len(self.lines) + 1:06d}"),
            ),
        ]


def _known(**values: Any) -> dict[str, Any]:
    zero = dict.fromkeys(
        (f"{name}_cents" for name in ("paid", "credited", "interest", "discount", "abatement", "fee")), 0
    )
    return {**zero, "occurred_on": DAY, **values}


def febraban() -> Case:
    """FEBRABAN v10.6, two lots, as Banco do Brasil sends it; reasons C047; Pix in segment Y-04."""
    file = File("001", SEGMENT_T)
    file.lot(
        (
            {
                "code": "06",
                "our": "32948600000000196",
                "doc": "D1",
                "due": "20112026",
                "face": 40000,
                "use": "U1",
                "fee": 500,
                "payer": "JOSE LIMA",
                "reasons": "04",
            },
            {"paid": 40400, "credited": 39900, "interest": 400, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "06",
                "our": "32948600000000236",
                "doc": "D2",
                "due": "20112026",
                "face": 30000,
                "use": "U2",
                "reasons": "02",
            },
            {"paid": 10000, "credited": 10000, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "02",
                "our": "32948600000000244",
                "doc": "D3",
                "due": "20122026",
                "face": 1500,
                "use": "U3",
                "reasons": "A4",
            },
            {},
            ((18, "04"), (81, "5"), (82, "pix.bb.com.br/qr/v2/cobv/abc"), (159, "TXID00000000000000000000000009")),
        ),
    )
    file.lot(
        (
            {
                "code": "17",
                "our": "32948600000000249",
                "doc": "D4",
                "due": "20112026",
                "face": 1500,
                "use": "U4",
                "reasons": "",
            },
            {"paid": 1500, "credited": 1500, "credit_on": "24112026"},
            (),
        ),
        (
            {
                "code": "28",
                "our": "32948600000000250",
                "doc": "D5",
                "due": "20112026",
                "face": 1500,
                "use": "U5",
                "fee": 800,
                "reasons": "08",
            },
            {},
            (),
        ),
        (
            {
                "code": "09",
                "our": "32948600000000251",
                "doc": "D6",
                "due": "20082026",
                "face": 2500,
                "use": "U6",
                "reasons": "13",
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
                our_number="32948600000000196",
                document_number="D1",
                your_number="U1",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-20",
                face_cents=40000,
                paid_cents=40400,
                credited_cents=39900,
                interest_cents=400,
                fee_cents=500,
                payer_name="JOSE LIMA",
                reasons=reasons(("04", "Compensação eletrônica")),
            ),
        ),
        movement(
            5,
            "settled",
            "06",
            **_known(
                our_number="32948600000000236",
                document_number="D2",
                your_number="U2",
                description="Liquidação",
                credit_on=CREDIT,
                due_on="2026-11-20",
                face_cents=30000,
                paid_cents=10000,
                credited_cents=10000,
                partial=True,
                reasons=reasons(("02", "Por conta (pagamento parcial)")),
            ),
        ),
        movement(
            7,
            "entry_confirmed",
            "02",
            **_known(
                our_number="32948600000000244",
                document_number="D3",
                your_number="U3",
                description="Entrada confirmada",
                due_on="2026-12-20",
                face_cents=1500,
                reasons=reasons(("A4", "Pagador DDA")),
                pix={"txid": "TXID00000000000000000000000009", "location": "pix.bb.com.br/qr/v2/cobv/abc"},
            ),
        ),
        movement(
            12,
            "settled_unregistered",
            "17",
            **_known(
                our_number="32948600000000249",
                document_number="D4",
                your_number="U4",
                due_on="2026-11-20",
                face_cents=1500,
                description="Liquidação após baixa ou de título não registrado",
                credit_on=CREDIT,
                paid_cents=1500,
                credited_cents=1500,
            ),
        ),
        movement(
            14,
            "fee",
            "28",
            **_known(
                our_number="32948600000000250",
                document_number="D5",
                your_number="U5",
                due_on="2026-11-20",
                face_cents=1500,
                description="Débito de tarifas/custas",
                fee_cents=800,
                reasons=reasons(("08", "Custas de protesto")),
            ),
        ),
        movement(
            16,
            "written_off",
            "09",
            **_known(
                our_number="32948600000000251",
                document_number="D6",
                your_number="U6",
                due_on="2026-08-20",
                face_cents=2500,
                description="Baixa",
                reasons=reasons(("13", "Decurso de prazo, banco")),
            ),
        ),
    ]
    totals = {
        "settled": 3,
        "face_cents": 77000,
        "paid_cents": 51900,
        "credited_cents": 51400,
        "interest_cents": 400,
        "fee_cents": 1300,
    }
    return "febraban", file.closed(), expected("cnab240", "001", "febraban-240", DAY, 77, movements, totals)


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
