"""Pixel, links and the page to refuse e-mails: public, signed, and telling nothing to whoever guesses."""

import html
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.db import Tx
from notifier import parts as hands
from notifier.domain import tokens
from notifier.domain.tokens import Kind, Token, TokenError
from notifier.handlers import tracking
from notifier.handlers.tracking import Landing, Visit
from notifier.parts import Parts
from notifier.store import facts

router = APIRouter(tags=["tracking"])

PIXEL: Final = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_PRIVATE: Final = {
    "cache-control": "no-store, private",
    "x-robots-tag": "noindex",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_PAGE: Final = """<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body style="font-family:Arial,sans-serif;max-width:560px;margin:40px auto;padding:0 16px;line-height:1.5">
<h1 style="font-size:20px">{title}</h1>{body}</body></html>"""

TokenText = Annotated[str, Path(max_length=200)]


async def _visit(parts: Parts, request: Request) -> Visit:
    address = request.client.host if request.client else ""
    await parts.budget.take(address)
    return tracking.visit_of(
        parts, method=request.method, user_agent=request.headers.get("user-agent"), address=address
    )


def _read(parts: Parts, text: str, kind: Kind) -> Token | None:
    try:
        return tokens.read(text, key=parts.token_key, now=parts.database.clock.now(), kind=kind)
    except TokenError:
        return None


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page of ours; `body` is HTML, already escaped."""
    return HTMLResponse(_PAGE.format(title=html.escape(title), body=body), status, _PRIVATE)


@router.api_route("/o/{name}", methods=["GET", "HEAD"], response_class=Response, include_in_schema=False)
async def open_pixel(name: TokenText, request: Request) -> Response:
    """The pixel of a mail. It is there for everybody; only our own tokens are noted."""
    parts = hands.current()
    visit = await _visit(parts, request)
    token = _read(parts, name.removesuffix(".gif"), "pixel")
    if token is not None:
        async with parts.database.unit_of_work(tenant_id=token.tenant_id, name="open") as tx:
            await tracking.opened(tx, token, visit)
    return Response(PIXEL, media_type="image/gif", headers=_PRIVATE)


@router.api_route("/c/{token_text}", methods=["GET", "HEAD"], response_class=Response, include_in_schema=False)
async def follow_link(token_text: TokenText, request: Request) -> Response:
    """A link of a message: to the portal, or to a page that shows how to pay."""
    parts = hands.current()
    visit = await _visit(parts, request)
    token = _read(parts, token_text, "link")
    if token is None:
        return page("Este link não vale mais", "<p>This link is no longer valid.</p>", 404)
    async with parts.database.unit_of_work(tenant_id=token.tenant_id, name="click") as tx:
        landing = await tracking.clicked(tx, token, visit)
        if landing is None:
            return page("Este link não vale mais", "<p>This link is no longer valid.</p>", 404)
        return await _landed(tx, parts, landing)


async def _landed(tx: Tx, parts: Parts, landing: Landing) -> Response:
    portal = parts.settings.notifier_portal_url
    if landing.trap or (landing.invoice_id is None and not portal):
        return page("Obrigado", "<p>Thank you.</p>")
    if portal:
        target = portal.format(target=landing.target, invoice_id=landing.invoice_id or "")
        return RedirectResponse(target, 302, _PRIVATE)
    invoice_id = landing.invoice_id
    found = (await facts.invoices(tx, [invoice_id], now=tx.now)).get(invoice_id) if invoice_id else None
    if found is None or not found.open_cents:
        return page("Nada a pagar", "<p>Esta fatura não tem nada em aberto. This invoice has nothing open.</p>")
    invoice = found.invoice
    boleto, pix = invoice.boleto, invoice.pix
    parts_of_page = [f"<p>{html.escape(invoice.creditor.name)} &ndash; {html.escape(invoice.document_number)}</p>"]
    if landing.target == "pix" and pix is not None:
        parts_of_page.append(
            f"<p>Pix copia e cola:</p><pre style='white-space:pre-wrap'>{html.escape(pix.br_code)}</pre>"
        )
    if boleto is not None:
        parts_of_page.append(f"<p>Linha digitável:</p><pre>{html.escape(boleto.linha_digitavel)}</pre>")
    return page("Como pagar", "".join(parts_of_page))


@router.get("/u/{token_text}", response_class=Response, include_in_schema=False)
async def ask_unsubscribe(token_text: TokenText, request: Request) -> Response:
    """Ask before acting: machines open every link, and none of them wants to refuse anything."""
    parts = hands.current()
    await _visit(parts, request)
    if _read(parts, token_text, "unsubscribe") is None:
        return page("Este link não vale mais", "<p>This link is no longer valid.</p>", 404)
    form = (
        "<p>Não receber mais e-mails de cobrança neste endereço? No more of these e-mails to this address?</p>"
        "<form method='post'><button style='padding:10px 16px'>Confirmar / Confirm</button></form>"
    )
    return page("Não receber mais e-mails", form)


@router.post("/u/{token_text}", response_class=Response, include_in_schema=False)
async def unsubscribe(token_text: TokenText, request: Request) -> Response:
    """The debtor wants no more: by the page's button, or by one click in the mail program (RFC 8058)."""
    parts = hands.current()
    await _visit(parts, request)
    token = _read(parts, token_text, "unsubscribe")
    body = (await request.body())[:4_096]
    one_click = b"list-unsubscribe=one-click" in body.lower()
    done = False
    if token is not None:
        async with parts.database.unit_of_work(tenant_id=token.tenant_id, name="unsubscribe") as tx:
            done = await tracking.unsubscribed(
                tx, token, source="one_click_header" if one_click else "unsubscribe_link"
            )
    if not done:
        return page("Este link não vale mais", "<p>This link is no longer valid.</p>", 404)
    return page("Pronto", "<p>Não enviaremos mais e-mails para este endereço. We will send no more e-mails here.</p>")
