"""The boleto as a page of A4: recibo do pagador above, ficha de compensação below, with bar code and QR code.

The form follows FEBRABAN's Modelo: cells with a small title above their value, the linha digitável in the head, the
bar code 103 mm by 13 mm with 5 mm of light margin (see `brasil.boleto.itf25`).
"""

import io
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from brasil.boleto import itf25
from invoicing.papers import qr
from invoicing.papers.slip import Party, Slip

LEFT: Final = 15.0
WIDTH: Final = 180.0
SIDE: Final = 45.0
ROW: Final = 8.0
QR_MM: Final = 34.0
_HEIGHT: Final = A4[1] / mm
_TITLE, _VALUE = ("Helvetica", 5.5), ("Helvetica", 8.5)
_BOLD: Final = "Helvetica-Bold"


def render(slip: Slip) -> bytes:
    """The page as PDF; the same slip gives the same bytes."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Boleto")
    canvas.setAuthor(slip.beneficiary.name)
    page = _Page(canvas)
    below = _receipt(page, slip, 15.0)
    page.cut(below + 6)
    _form(page, slip, below + 12)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Page:
    """Draws in millimetres from the upper left corner."""

    def __init__(self, canvas: Any):
        self._canvas = canvas

    def text(
        self, x: float, y: float, text: str, font: str, size: float, *, width: float = 0, right: bool = False
    ) -> None:
        """One line of text whose baseline is at `y`; text that is too wide is set smaller, then cut."""
        known = text.encode("cp1252", "replace").decode("cp1252")
        room = width * mm or 1_000.0
        while size > 5 and stringWidth(known, font, size) > room:
            size -= 0.25
        while known and stringWidth(known, font, size) > room:
            known = known[:-1]
        self._canvas.setFont(font, size)
        draw = self._canvas.drawRightString if right else self._canvas.drawString
        draw(x * mm, (_HEIGHT - y) * mm, known)

    def line(self, x: float, y: float, x2: float, y2: float, *, thick: float = 0.4) -> None:
        self._canvas.setLineWidth(thick)
        self._canvas.line(x * mm, (_HEIGHT - y) * mm, x2 * mm, (_HEIGHT - y2) * mm)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """A filled rectangle whose upper left corner is at (x, y)."""
        self._canvas.rect(x * mm, (_HEIGHT - y - height) * mm, width * mm, height * mm, stroke=0, fill=1)

    def cut(self, y: float) -> None:
        self._canvas.setDash(2, 2)
        self.line(LEFT, y, LEFT + WIDTH, y)
        self._canvas.setDash()
        self.text(LEFT + WIDTH, y - 1, "Corte aqui", *_TITLE, right=True)

    def cell(self, x: float, y: float, width: float, title: str, value: str, *, right: bool = False) -> None:
        """A cell of one row: its frame, its title and its value."""
        self.line(x, y + ROW, x + width, y + ROW)
        self.line(x, y, x, y + ROW)
        self.text(x + 1, y + 2.4, title, *_TITLE, width=width - 2)
        at = x + width - 1 if right else x + 1
        self.text(at, y + 6.6, value, *_VALUE, width=width - 2, right=right)

    def row(self, y: float, cells: list[tuple[float, str, str, bool]]) -> float:
        """Cells side by side from the left edge; returns where the next row begins."""
        x = LEFT
        for width, title, value, right in cells:
            self.cell(x, y, width, title, value, right=right)
            x += width
        self.line(LEFT + WIDTH, y, LEFT + WIDTH, y + ROW)
        return y + ROW

    def head(self, y: float, slip: Slip, text: str, size: float) -> float:
        """Bank, its code, and the linha digitável or what stands in its place."""
        self.text(LEFT, y + 6.5, slip.bank_name, _BOLD, 12, width=42)
        self.line(LEFT + 44, y + 1, LEFT + 44, y + 8, thick=1)
        self.text(LEFT + 46, y + 6.5, slip.bank_code, _BOLD, 14)
        self.line(LEFT + 62, y + 1, LEFT + 62, y + 8, thick=1)
        self.text(LEFT + WIDTH, y + 6.5, text, _BOLD, size, width=WIDTH - 64, right=True)
        self.line(LEFT, y + 8, LEFT + WIDTH, y + 8, thick=1)
        return y + 8

    def barcode(self, x: float, y: float, digits: str) -> None:
        """The bars, 103 mm by 13 mm, from the upper left corner of the first one."""
        module = itf25.WIDTH_MM / itf25.modules(digits)
        for bar in itf25.bars(digits):
            self.box(x + bar.start * module, y, bar.width * module, itf25.HEIGHT_MM)

    def qr(self, x: float, y: float, text: str, size: float) -> None:
        """The QR code, `size` millimetres wide without its light margin."""
        rows = qr.matrix(text)
        module = size / len(rows)
        for down, row in enumerate(rows):
            start = None
            for across, dark in enumerate([*row, False]):
                if dark and start is None:
                    start = across
                elif not dark and start is not None:
                    # A hair of overlap keeps light seams out of raster pictures.
                    self.box(x + start * module, y + down * module, (across - start) * module, module + 0.01)
                    start = None


def _party(page: _Page, y: float, title: str, party: Party, width: float) -> float:
    page.text(LEFT + 1, y + 2.4, title, *_TITLE)
    page.text(LEFT + 1, y + 6, f"{party.name}   CPF/CNPJ {party.tax_id}", *_VALUE, width=width)
    y += 6
    for line in (*party.address, *((party.contact,) if party.contact else ())):
        y += 3.6
        page.text(LEFT + 1, y, line, "Helvetica", 7.5, width=width)
    return y + 2.5


def _receipt(page: _Page, slip: Slip, y: float) -> float:
    y = page.head(y, slip, "RECIBO DO PAGADOR", 11)
    y = _party(page, y, "Beneficiário", slip.beneficiary, WIDTH - 2)
    page.line(LEFT, y, LEFT + WIDTH, y)
    y = page.row(
        y,
        [
            (40, "Nosso número", slip.nosso_numero, False),
            (50, "Número do documento", slip.document_number, False),
            (45, "Vencimento", slip.due_on, True),
            (45, "Valor do documento (R$)", slip.amount, True),
        ],
    )
    y = page.row(
        y,
        [
            (40, "(-) Desconto / Abatimento", slip.discount, True),
            (50, "(+) Mora / Multa", slip.charges, True),
            (45, "Pagando em", slip.paid_until, True),
            (45, "(=) Valor cobrado (R$)", slip.charged, True),
        ],
    )
    y = _party(page, y, "Pagador", slip.payer, WIDTH - 2)
    page.text(LEFT + 1, y + 3, f"Linha digitável: {slip.linha_digitavel}", _BOLD, 9)
    y += 8
    if slip.br_code is not None:
        page.text(LEFT + 1, y + 2, "Pague com Pix: aponte a câmera do aplicativo do seu banco", _BOLD, 9)
        page.qr(LEFT + 6, y + 7, slip.br_code, QR_MM)
        page.text(LEFT + 50, y + 9, "Pix copia e cola", *_TITLE)
        text = slip.br_code
        for at in range(0, len(text), 62):
            page.text(LEFT + 50, y + 13 + at / 62 * 4, text[at : at + 62], "Courier", 8)
        y += QR_MM + 12
    return y


def _form(page: _Page, slip: Slip, y: float) -> None:
    main = WIDTH - SIDE
    y = page.head(y, slip, slip.linha_digitavel, 12.5)
    where = "Pagável em qualquer banco, ou por Pix" if slip.br_code else "Pagável em qualquer banco"
    y = page.row(y, [(main, "Local de pagamento", where, False), (SIDE, "Vencimento", slip.due_on, True)])
    beneficiary = f"{slip.beneficiary.name}   {slip.beneficiary.tax_id}   {' '.join(slip.beneficiary.address)}"
    y = page.row(
        y,
        [
            (main, "Beneficiário", beneficiary, False),
            (SIDE, "Agência / Código do beneficiário", slip.agency_and_account, True),
        ],
    )
    y = page.row(
        y,
        [
            (28, "Data do documento", slip.document_date, False),
            (45, "Número do documento", slip.document_number, False),
            (20, "Espécie doc.", "DM", False),
            (12, "Aceite", "N", False),
            (main - 105, "Data do processamento", slip.processed_on, False),
            (SIDE, "Nosso número", slip.nosso_numero, True),
        ],
    )
    y = page.row(
        y,
        [
            (28, "Uso do banco", "", False),
            (25, "Carteira", slip.carteira, False),
            (20, "Espécie", "R$", False),
            (32, "Quantidade", "", False),
            (main - 105, "Valor", "", False),
            (SIDE, "(=) Valor do documento", slip.amount, True),
        ],
    )
    y = _amounts(page, slip, y)
    end = _party(page, y, "Pagador", slip.payer, WIDTH - 2)
    page.line(LEFT, end, LEFT + WIDTH, end, thick=1)
    page.text(LEFT + WIDTH, end + 3, "Autenticação mecânica - Ficha de compensação", *_TITLE, right=True)
    page.barcode(LEFT + itf25.QUIET_ZONE_MM, end + 5, slip.barcode)


def _amounts(page: _Page, slip: Slip, y: float) -> float:
    main = WIDTH - SIDE
    page.text(LEFT + 1, y + 2.4, "Instruções (texto de responsabilidade do beneficiário)", *_TITLE)
    for at, line in enumerate(slip.instructions):
        page.text(LEFT + 1, y + 6.5 + at * 4, line, "Helvetica", 8, width=main - 2)
    if slip.paid_until:
        updated = f"Valor atualizado para pagamento em {slip.paid_until}: R$ {slip.charged}"
        page.text(LEFT + 1, y + 5 * ROW - 2, updated, _BOLD, 8.5, width=main - 2)
    titles = ("(-) Desconto", "(-) Outras deduções", "(+) Mora / Multa", "(+) Outros acréscimos", "(=) Valor cobrado")
    values = (slip.discount, "", slip.charges, "", slip.charged)
    for title, value in zip(titles, values, strict=True):
        page.cell(LEFT + main, y, SIDE, title, value, right=True)
        page.line(LEFT + WIDTH, y, LEFT + WIDTH, y + ROW)
        y += ROW
    page.line(LEFT, y, LEFT + main, y)
    return y
