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
