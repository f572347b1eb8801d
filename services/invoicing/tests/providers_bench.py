"""A bank and a PSP over real HTTP, which can be slow, dead or obstinate."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from brasil.pix import br_code

HOST = "pix.psp.example"


@dataclass
class Outside:
    """What bank and PSP hold, and how they behave: `mode` is ok, slow (does it, answers too late), dead or refuses."""

    url: str = ""
    mode: str = "ok"
    boletos: dict[str, dict[str, Any]] = field(default_factory=dict)
    charges: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    gone_slow: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, method: str, start: str) -> int:
        return sum(made == method and path.startswith(start) for made, path in self.seen)

    async def _behave(self, request: Request) -> Response | None:
        self.seen.append((request.method, request.url.path))
        if self.mode == "dead":
            return Response(status_code=503)
        if self.mode == "refuses" and request.method == "PUT":
            return JSONResponse({"title": "no"}, status_code=422)
        return None

    async def _late(self, request: Request, answer: Response) -> Response:
        if self.mode == "slow" and request.method in {"PUT", "PATCH", "DELETE"}:
            await self.gone_slow.wait()
        return answer

    async def boleto(self, request: Request) -> Response:
        early = await self._behave(request)
        if early is not None:
            return early
        name, method = request.url.path, request.method
        held = self.boletos.get(name)
        if request.headers.get("authorization") != "Bearer bank-token":
            return Response(status_code=401)
        if method == "GET":
            return JSONResponse(held) if held else Response(status_code=404)
        if method == "DELETE":
            return await self._late(request, Response(status_code=self._removed(held)))
        body = await request.json()
        if held is not None and held["body"] != body:
            return Response(status_code=409)
        kept = {key: body[key] for key in ("barcode", "amount_cents", "due_on")}
        self.boletos[name] = {"status": "registered", **kept, "body": body}
        return await self._late(request, JSONResponse({"status": "registered"}, status_code=201))

    def _removed(self, held: dict[str, Any] | None) -> int:
        if held is None or held["status"] == "paid":
            return 404 if held is None else 409
        held["status"] = "removed"
        return 204

    async def token(self, request: Request) -> Response:
        early = await self._behave(request)
        return early or JSONResponse({"access_token": "psp-token", "token_type": "Bearer", "expires_in": 600})

    async def cobv(self, request: Request) -> Response:
        early = await self._behave(request)
        if early is not None:
            return early
        txid, method = request.path_params["txid"], request.method
        held = self.charges.get(txid)
        if request.headers.get("authorization") != "Bearer psp-token":
            return Response(status_code=401)
        if method == "GET":
            return JSONResponse(held) if held else Response(status_code=404)
        body = await request.json()
        if method == "PATCH":
            if held is None:
                return Response(status_code=404)
            held["status"] = body["status"]
            return await self._late(request, JSONResponse(held))
        url = f"{HOST}/v2/cobv/{len(self.charges):08d}"
        code = br_code.dynamic(url=url, merchant_name="Escola Aurora", merchant_city="Sao Paulo", one_use=False)
        made = {**body, "txid": txid, "status": "ATIVA", "revisao": 0, "location": url, "pixCopiaECola": code}
        self.charges[txid] = made
        return await self._late(request, JSONResponse(made, status_code=201))

    def app(self) -> Starlette:
        number = "/v1/boletos/{bank}/{convenio}/{carteira}/{numero}"
        return Starlette(
            routes=[
                Route(number, self.boleto, methods=["GET", "PUT", "DELETE"]),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v2/cobv/{txid}", self.cobv, methods=["GET", "PUT", "PATCH"]),
            ]
        )


@asynccontextmanager
async def outside_world() -> AsyncIterator[Outside]:
    """Bank and PSP on a free port, until the block ends."""
    outside = Outside()
    config = uvicorn.Config(outside.app(), host="127.0.0.1", port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    outside.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield outside
    finally:
        outside.gone_slow.set()
        server.should_exit = True
        await serving
