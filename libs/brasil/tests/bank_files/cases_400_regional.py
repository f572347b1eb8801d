"""Golden CNAB 400 files of Inter, BNB, Banrisul, Fibra and Pine. Positions are the manuals'."""

from .cases_400 import COMMON, ZERO, Case, _known, header, trailer
from .paper import expected, movement, numbered, reasons, record

DAY, CREDIT, DUE = "2026-11-23", "2026-11-24", "2026-11-20"


def inter() -> Case:
    """Inter 400: code 90-91, due 119-124, face 125-137, paid 160-172; rejections in words 241-380."""
    places = {
        "your": (38, 62),
        "our": (71, 81),
        "code": (90, 91),
        "on": (92, 97),
        "doc": (98, 107),
        "due": (119, 124),
        "face": (125, 137),
        "paid": (160, 172),
        "credit_on": (173, 178),
        "payer": (182, 221),
        "why": (241, 380),
    }

    def detail(**values: str | int) -> str:
        return record(400, places, (1, "102"), (21, "112"), (87, "112"), **{"paid": 0, "credit_on": "000000", **values})

    lines = [
        header("077", "INTER", "231126"),
        detail(
            our="00000000014",
            your="I1",
            code="06",
            on="231126",
            doc="N1",
            due="201126",
            face=1000,
            paid=1010,
            credit_on="231126",
            payer="ANA LIMA",
        ),
        detail(our="00000000022", your="I2", code="07", on="231126", doc="N2", due="200926", face=2000),
        detail(
            our="00000000030", your="I3", code="03", on="231126", doc="N3", due="201226", face=3000, why="CEP INVALIDO"
        ),
        trailer("077", (18, "00000003")),
    ]
    blank = {"interest_cents": None, "discount_cents": None, "abatement_cents": None, "fee_cents": None}
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                **blank,
                our_number="00000000014",
                your_number="I1",
                document_number="N1",
                description="Pago",
                occurred_on=DAY,
                credit_on=DAY,
                due_on=DUE,
                face_cents=1000,
                paid_cents=1010,
                payer_name="ANA LIMA",
            ),
        ),
        movement(
            3,
            "written_off",
            "07",
            **_known(
                **blank,
                our_number="00000000022",
                your_number="I2",
                document_number="N2",
                description="Baixado",
                occurred_on=DAY,
                due_on="2026-09-20",
                face_cents=2000,
            ),
        ),
        movement(
            4,
            "rejected",
            "03",
            **_known(
                **blank,
                our_number="00000000030",
                your_number="I3",
                document_number="N3",
                description="Erro",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=3000,
                reasons=reasons(("", "CEP INVALIDO")),
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 6000, "paid_cents": 1010}
    return "inter", numbered(lines), expected("cnab400", "077", "inter-400", DAY, None, movements, totals)


def bnb() -> Case:
    """BNB 400: partial payment is 07, refusals are the codes above 50."""
    places = {**COMMON, "our": (63, 70)}

    def detail(**values: str | int) -> str:
        return record(400, places, (1, "10211222333000181"), (108, "4"), **{**ZERO, "credit_on": "000000", **values})

    lines = [
        header("004", "B.DO NORDESTE", "231126", (109, "00194")),
        detail(
            our="09908714",
            code="06",
            on="231126",
            doc="12285/01",
            due="201126",
            face=234525,
            paid=234525,
            credit_on="241126",
        ),
        detail(
            our="09908722",
            code="07",
            on="231126",
            doc="12286/01",
            due="201126",
            face=50000,
            paid=10000,
            credit_on="241126",
        ),
        detail(our="09908730", code="51", on="231126", doc="12287/01", due="201226", face=60000),
        trailer("004", (18, "00000000"), (26, "00021743847400"), (40, "00000194")),
    ]
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="09908714",
                document_number="12285/01",
                description="Liquidação normal",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=234525,
                paid_cents=234525,
            ),
        ),
        movement(
            3,
            "settled",
            "07",
            **_known(
                our_number="09908722",
                document_number="12286/01",
                description="Pagamento por conta (parcial)",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=50000,
                paid_cents=10000,
                partial=True,
            ),
        ),
        movement(
            4,
            "rejected",
            "51",
            **_known(
                our_number="09908730",
                document_number="12287/01",
                description="Entrada rejeitada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=60000,
            ),
        ),
    ]
    totals = {"settled": 2, "face_cents": 344525, "paid_cents": 244525}
    return "bnb", numbered(lines), expected("cnab400", "004", "bnb-400", DAY, 194, movements, totals)


def banrisul() -> Case:
    """Banrisul 400: 30 is money in transit, which does not settle; 08 settles the balance."""
    places = {**COMMON, "our": (63, 72)}

    def detail(**values: str | int) -> str:
        return record(
            400, places, (1, "10211222333000181"), (108, "1"), **{**ZERO, "other": 0, "credit_on": "000000", **values}
        )

    lines = [
        header("041", "BANRISUL", "231126", (109, "00405")),
        detail(
            our="2283256350",
            code="08",
            on="231126",
            doc="3025",
            due="201126",
            face=14500,
            paid=14500,
            fee=160,
            credit_on="241126",
        ),
        detail(our="2283256430", code="30", on="231126", doc="3026", due="231126", face=9900, paid=9900),
        detail(our="2283256510", code="41", on="231126", doc="3027", due="201026", face=100, fee=3500),
        trailer("041"),
    ]
    movements = [
        movement(
            2,
            "settled",
            "08",
            **_known(
                our_number="2283256350",
                document_number="3025",
                description="Baixa por pagamento, liquidação pelo saldo",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=14500,
                paid_cents=14500,
                fee_cents=160,
            ),
        ),
        movement(
            3,
            "other",
            "30",
            **_known(
                our_number="2283256430",
                document_number="3026",
                occurred_on=DAY,
                due_on="2026-11-23",
                face_cents=9900,
                description="Cobrança a creditar (liquidação em trânsito)",
                paid_cents=9900,
            ),
        ),
        movement(
            4,
            "fee",
            "41",
            **_known(
                our_number="2283256510",
                document_number="3027",
                description="Despesa de aponte",
                occurred_on=DAY,
                due_on="2026-10-20",
                face_cents=100,
                fee_cents=3500,
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 24500, "paid_cents": 14500, "fee_cents": 3660}
    return "banrisul", numbered(lines), expected("cnab400", "041", "banrisul-400", DAY, 405, movements, totals)


def _autbank(name: str, bank: str, title: str) -> Case:
    places = {**COMMON, "our": (63, 73), "errors": (378, 385), "credit_on": (386, 391)}

    def detail(**values: str | int) -> str:
        return record(400, places, (1, "10211222333000181"), (83, "112"), **{**ZERO, "credit_on": "241126", **values})

    lines = [
        header(bank, title, "241126", (101, "01600BPI"), (109, "00030")),
        detail(
            our="00113365383", code="06", on="231126", doc="11482", due="201126", face=207428, paid=207773, interest=345
        ),
        detail(our="00113365557", code="01", on="231126", doc="11693-4", due="201226", face=58590),
        detail(our="00113365558", code="03", on="231126", doc="11694", due="201226", face=1000, errors="1442"),
        trailer(bank),
    ]
    movements = [
        movement(
            2,
            "settled",
            "06",
            **_known(
                our_number="00113365383",
                document_number="11482",
                description="Liquidação normal",
                occurred_on=DAY,
                credit_on=CREDIT,
                due_on=DUE,
                face_cents=207428,
                paid_cents=207773,
                interest_cents=345,
            ),
        ),
        movement(
            3,
            "entry_confirmed",
            "01",
            **_known(
                our_number="00113365557",
                document_number="11693-4",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=58590,
                description="Confirmação da entrada do título na CIP",
            ),
        ),
        movement(
            4,
            "rejected",
            "03",
            **_known(
                our_number="00113365558",
                document_number="11694",
                description="Entrada rejeitada",
                occurred_on=DAY,
                due_on="2026-12-20",
                face_cents=1000,
                reasons=reasons(
                    ("14", "Registro em duplicidade"), ("42", "Título já existente: nosso número não aceito")
                ),
            ),
        ),
    ]
    totals = {"settled": 1, "face_cents": 267018, "paid_cents": 207773, "interest_cents": 345}
    return name, numbered(lines), expected("cnab400", bank, f"{name}-400", CREDIT, 30, movements, totals)


def fibra() -> Case:
    """Fibra 400, May/2022: credit date 386-391, errors 378-385."""
    return _autbank("fibra", "224", "BANCO FIBRA S.A")


def pine() -> Case:
    """Pine 400: the same layout."""
    return _autbank("pine", "643", "BANCO PINE")
