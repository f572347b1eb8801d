"""`/docs`: a small human page of the API, made from its own document, with nothing fetched from elsewhere."""

import html
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "code{background:#f1f1f1;padding:.1rem .3rem}h2{margin-top:2rem;border-bottom:1px solid #ccc}"
    "dt{margin-top:1rem;font-weight:600}dd{margin-left:1.5rem}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def router(title: str) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        page = render(title, request.app.openapi())
        return HTMLResponse(page, headers={"content-security-policy": _POLICY})

    return routes


def render(title: str, document: dict[str, Any]) -> str:
    """The page of a document."""
    groups: dict[str, list[str]] = {}
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(method, path, operation))
    sections = "".join(f"<h2>{html.escape(tag)}</h2><dl>{''.join(items)}</dl>" for tag, items in sorted(groups.items()))
    name = html.escape(title)
    about = html.escape(document.get("info", {}).get("description", ""))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style>'
        f'<h1>{name}</h1><p>{about}</p><p>The whole truth: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>'
        f"{sections}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = ", ".join(sorted(operation.get("responses", {})))
    scopes = ", ".join(operation.get("x-scopes", ())) or "none"
    text = html.escape((operation.get("description") or operation.get("summary") or "").split("\n\nScope:")[0])
    return (
        f"<dt><code>{method.upper()} {html.escape(path)}</code></dt>"
        f"<dd>{text}<br>Scope: {html.escape(scopes)}. Answers: {answers}.</dd>"
    )
