"""More golden CNAB 400 files: Santander, Caixa, Sicoob, Sicredi, Inter, BNB, Banrisul, Fibra, Pine."""

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
