"""The Pix code as a picture."""

import io

import segno


def matrix(text: str) -> list[list[bool]]:
    """The QR code's modules, rows from the top; true is dark. Without its light margin of four modules."""
    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]


def png(text: str, *, scale: int = 8) -> bytes:
    """The QR code as PNG, with its light margin."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()


def svg(text: str) -> bytes:
    """The QR code as SVG, with its light margin."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=8, border=4, xmldecl=False, light="#fff")
    return out.getvalue()
