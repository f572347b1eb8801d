"""Golden CNAB 150 files: arrecadação, and débito automático both ways. Positions are FEBRABAN's."""

from typing import Any

from .paper import expected, movement, record

Case = tuple[str, list[str], dict[str, Any]]

HEADER = {
    "agreement": (3, 22),
    "company": (23, 42),
    "bank": (43, 45),
    "bank_name": (46, 65),
    "date": (66, 73),
    "nsa": (74, 79),
    "version": (80, 81),
    "service": (82, 98),
}
CLIENT = {
    "client": (2, 26),
    "branch": (27, 30),
    "account": (31, 44),
    "date": (45, 52),
    "amount": (53, 67),
    "code": (68, 69),
    "use": (70, 129),
    "move": (150, 150),
}


def _header(direction: str, version: int, service: str) -> str:
    return record(
        150,
        HEADER,
        (1, "A" + direction),
        agreement="000123456",
        company="EMPRESA EXEMPLO",
        bank="001",
        bank_name="BANCO DO BRASIL",
        date="20261123",
        nsa=42,
        version=version,
        service=service,
    )


def _trailer(records: int, total: int) -> str:
    return record(150, {"records": (2, 7), "total": (8, 24)}, (1, "Z"), records=records, total=total)


def collection() -> Case:
    """Arrecadação, record G: dates AAAAMMDD, amount 82-93, fee 94-100."""
    places = {
        "account": (2, 21),
        "on": (22, 29),
        "credit_on": (30, 37),
        "barcode": (38, 81),
        "paid": (82, 93),
        "fee": (94, 100),
        "nsr": (101, 108),
        "agency": (109, 116),
        "channel": (117, 117),
        "proof": (118, 140),
        "form": (141, 141),
    }
    barcodes = ("85620000000900004222014080700000000100032580", "85620000001500004222014080700000000100032599")
    lines = [
        _header("2", 4, "CODIGO DE BARRAS"),
        record(
            150,
            places,
            (1, "G"),
            account="12345",
            on="20261120",
            credit_on="20261124",
            barcode=barcodes[0],
            paid=9000,
            fee=150,
            nsr=1,
            agency="00000033",
            channel="3",
            proof="AUT0001",
            form="1",
        ),
        record(
            150,
            places,
            (1, "G"),
            account="12345",
            on="20261121",
            credit_on="20261124",
            barcode=barcodes[1],
            paid=15050,
            fee=150,
            nsr=2,
            agency="00000033",
            channel="3",
            proof="AUT0002",
            form="1",
        ),
        _trailer(4, 24050),
    ]
    movements = [
        movement(
            2,
            "settled",
            "G",
            document_number=barcodes[0],
            description="Arrecadação",
            occurred_on="2026-11-20",
            credit_on="2026-11-24",
            paid_cents=9000,
            fee_cents=150,
        ),
        movement(
            3,
            "settled",
            "G",
            document_number=barcodes[1],
            description="Arrecadação",
            occurred_on="2026-11-21",
            credit_on="2026-11-24",
            paid_cents=15050,
            fee_cents=150,
        ),
    ]
    totals = {"settled": 2, "paid_cents": 24050, "fee_cents": 300}
    return "collection", lines, expected("cnab150", "001", "febraban-150-v04", "2026-11-23", 42, movements, totals)


def debit_return() -> Case:
    """Débito automático, records F, B and H from the bank: 00 and 31 are paid, the rest is not."""

    def f(client: str, code: str, amount: int, use: str) -> str:
        return record(
            150,
            CLIENT,
            (1, "F"),
            client=client,
            branch="0033",
            account="12345678",
            date="20261120",
            amount=amount,
            code=code,
            use=use,
            move="0",
        )

    lines = [
        _header("2", 5, "DEBITO AUTOMATICO"),
        f("CLIENTE1", "00", 10000, "FAT-1"),
        f("CLIENTE2", "01", 20000, "FAT-2"),
        f("CLIENTE3", "31", 30000, "FAT-3"),
        f("CLIENTE4", "99", 40000, "FAT-4"),
        record(150, CLIENT, (1, "B"), client="CLIENTE5", branch="0033", account="87654321", date="20261119", move="2"),
        record(
            150,
            {**CLIENT, "new": (45, 69), "why": (70, 127)},
            (1, "H"),
            client="CLIENTE6",
            branch="0033",
            account="1",
            new="CLIENTE7",
            why="CONTA ENCERRADA",
            move="0",
        ),
        _trailer(8, 100000),
    ]
    movements = [
        movement(
            2,
            "settled",
            "00",
            your_number="CLIENTE1",
            document_number="FAT-1",
            description="Débito efetuado",
            occurred_on="2026-11-20",
            face_cents=10000,
            paid_cents=10000,
        ),
        movement(
            3,
            "rejected",
            "01",
            your_number="CLIENTE2",
            document_number="FAT-2",
            due_on="2026-11-20",
            face_cents=20000,
            paid_cents=0,
            description="Débito não efetuado: insuficiência de fundos",
        ),
        movement(
            4,
            "settled",
            "31",
            your_number="CLIENTE3",
            document_number="FAT-3",
            occurred_on="2026-11-20",
            face_cents=30000,
            paid_cents=30000,
            description="Débito efetuado em data diferente da informada: feriado na praça",
        ),
        movement(
            5,
            "other",
            "99",
            your_number="CLIENTE4",
            document_number="FAT-4",
            due_on="2026-11-20",
            face_cents=40000,
            paid_cents=0,
            description="Cancelado conforme solicitação",
        ),
        movement(
            6,
            "other",
            "B2",
            your_number="CLIENTE5",
            occurred_on="2026-11-19",
            description="Inclusão de optante pelo débito automático",
        ),
        movement(
            7,
            "other",
            "H0",
            your_number="CLIENTE6",
            document_number="CLIENTE7",
            description="Ocorrência na alteração da identificação do cliente",
            reasons=[{"code": "", "description": "CONTA ENCERRADA"}],
        ),
    ]
    totals = {"settled": 2, "face_cents": 100000, "paid_cents": 40000}
    return "debit-return", lines, expected("cnab150", "001", "febraban-150-v05", "2026-11-23", 42, movements, totals)


def debit_remittance() -> Case:
    """Débito automático, records E, C and D to the bank: what is asked for is no money."""
    places = {**CLIENT, "new": (45, 69), "why": (70, 127), "refusal": (45, 84)}
    lines = [
        _header("1", 5, "DEBITO AUTOMATICO"),
        record(
            150,
            places,
            (1, "E"),
            client="CLIENTE1",
            branch="0033",
            account="12345678",
            date="20261210",
            amount=10000,
            code="03",
            use="FAT-9",
            move="0",
        ),
        record(
            150,
            places,
            (1, "E"),
            client="CLIENTE2",
            branch="0033",
            account="12345679",
            date="20261210",
            amount=20000,
            code="03",
            use="FAT-8",
            move="1",
        ),
        record(
            150,
            places,
            (1, "C"),
            client="CLIENTE3",
            branch="0033",
            account="1",
            refusal="CLIENTE INEXISTENTE",
            move="2",
        ),
        record(150, places, (1, "D"), client="CLIENTE4", branch="0033", account="1", new="CLIENTE5", move="0"),
        _trailer(6, 30000),
    ]
    movements = [
        movement(
            2,
            "other",
            "E0",
            your_number="CLIENTE1",
            document_number="FAT-9",
            description="Débito a efetuar",
            due_on="2026-12-10",
            face_cents=10000,
        ),
        movement(
            3,
            "other",
            "E1",
            your_number="CLIENTE2",
            document_number="FAT-8",
            description="Cancelamento de débito",
            due_on="2026-12-10",
            face_cents=20000,
        ),
        movement(
            4,
            "other",
            "C2",
            your_number="CLIENTE3",
            description="Ocorrência na inclusão de optante",
            reasons=[{"code": "", "description": "CLIENTE INEXISTENTE"}],
        ),
        movement(
            5,
            "other",
            "D0",
            your_number="CLIENTE4",
            document_number="CLIENTE5",
            description="Alteração da identificação do cliente na empresa",
        ),
    ]
    totals = {"face_cents": 30000}
    return (
        "debit-remittance",
        lines,
        expected("cnab150", "001", "febraban-150-v05", "2026-11-23", 42, movements, totals),
    )
