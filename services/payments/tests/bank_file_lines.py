"""A CNAB 400 return of Itaú, written position by position from the bank's manual (Cobrança 400, Jul/2021)."""


def itau_return(*details: str, date: str = "110326", sequence: int = 1, faces: int | None = None) -> bytes:
    """A whole file; `faces` lies about the trailer's sum when given."""
    header = "02RETORNO01COBRANCA       011100123450        EMPRESA EXEMPLO LTDA          341BANCO ITAU S.A."
    lines = [f"{header}{date}".ljust(108) + f"{sequence:05d}", *details]
    total = sum(int(line[152:165]) for line in details) if faces is None else faces
    lines.append(f"9201341{'':205}{len(details):08d}{total:014d}")
    return "".join(f"{line:<394}{number:06d}\r\n" for number, line in enumerate(lines, 1)).encode("ascii")


def title(
    number: int,
    *,
    face: int = 10_000,
    paid: int | None = None,
    code: str = "06",
    fee: int = 0,
    day: str = "100326",
    channel: str = "B0",
) -> str:
    """One title: what the payer paid (face if left out), less the fee, is what the bank credits."""
    settled = code in {"06", "07", "08", "10"}
    gross = (face if paid is None else paid) if settled else 0
    interest = max(0, gross - face)
    discount = max(0, face - gross) if settled else 0
    net = gross - fee if settled else 0
    return (
        f"10211222333000181011100123450{'':8}{f'F-{number}':<25}{number:08d}{'':12}109{'':9}{'':13}"
        f"I{code}{day}{f'NF{number}':<10}{'':20}100326{face:013d}341{'':7}"
        f"{fee:013d}{'':39}{0:013d}{discount:013d}{net:013d}{interest:013d}{0:013d}{'':3}110326{'':23}"
        f"{f'PAGADOR {number}':<30}{'':23}{'':8}{'':7}{channel if settled else '  '}"
    )
