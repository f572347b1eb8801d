"""The receiver's side of API Pix 2.9: OAuth2 client credentials, cobv, received Pix, returns, webhooks."""

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.clock import Clock
from simulators.outside.chance import word
from simulators.outside.host import Refused, json_body, whole
from simulators.psp import br_code
from simulators.psp.book import ACTIVE, REMOVED, Charge
from simulators.psp.rules import check_cobv
from simulators.psp.values import RETURN_ID, Violation, cents_of, instant_of, instant_text

if TYPE_CHECKING:
    from simulators.psp.simulator import Psp

TOKEN_SECONDS: Final = 3600
RETURN_DAYS: Final = 90
SCOPES: Final = "cobv.write cobv.read pix.write pix.read webhook.write webhook.read"


def receiver_routes(psp: "Psp") -> list[Route]:
    """Everything under OAuth2, and the token endpoint."""
    side = _Receiver(psp)
    return [
        Route("/oauth/token", side.token, methods=["POST"]),
        Route("/v2/cobv/{txid}", side.guarded(side.put_cobv), methods=["PUT"]),
        Route("/v2/cobv/{txid}", side.guarded(side.patch_cobv), methods=["PATCH"]),
        Route("/v2/cobv/{txid}", side.guarded(side.get_cobv), methods=["GET"]),
        Route("/v2/pix", side.guarded(side.list_pix), methods=["GET"]),
        Route("/v2/pix/{e2eid}", side.guarded(side.get_pix), methods=["GET"]),
        Route("/v2/pix/{e2eid}/devolucao/{id}", side.guarded(side.put_return), methods=["PUT"]),
        Route("/v2/pix/{e2eid}/devolucao/{id}", side.guarded(side.get_return), methods=["GET"]),
        Route("/v2/webhook/{chave}", side.guarded(side.put_webhook), methods=["PUT"]),
        Route("/v2/webhook/{chave}", side.guarded(side.get_webhook), methods=["GET"]),
        Route("/v2/webhook/{chave}", side.guarded(side.delete_webhook), methods=["DELETE"]),
    ]


Handler = Callable[[Request], Awaitable[Response]]


def problem(status: int, kind: str, detail: str, violation: Violation | None = None) -> Refused:
    """An answer of API Pix, RFC 7807."""
    body: dict[str, Any] = {
        "type": f"https://pix.bcb.gov.br/api/v2/error/{kind}",
        "title": kind,
        "status": status,
        "detail": detail,
    }
    if violation is not None:
        body["violacoes"] = [{"propriedade": violation.place, "razao": violation.reason}]
    return Refused(status, body)


class _Receiver:
    def __init__(self, psp: "Psp"):
        self.psp = psp

    @property
    def _clock(self) -> Clock:
        return self.psp.world.clock

    # OAuth2, RFC 6749 section 4.4

    async def token(self, request: Request) -> Response:
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        client = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        psp = self.psp
        wanted = (psp.client_id, psp.client_secret)
        if not client[0] or (psp.client_id is not None and client != wanted):
            return JSONResponse({"error": "invalid_client"}, 401, {"www-authenticate": "Basic"})
        ends = int((self._clock.now() + timedelta(seconds=TOKEN_SECONDS)).timestamp())
        answer = {
            "access_token": self._token_until(ends),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": SCOPES,
        }
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    def _token_until(self, ends: int) -> str:
        return f"{ends}.{word(self.psp.world.seed, 40, 'token', ends, self.psp.client_secret)}"

    def guarded(self, handler: Handler) -> Handler:
        """The handler behind a token that is ours and not over; violations become answers of the API."""

        async def behind(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            ends = token.partition(".")[0]
            right = ends.isascii() and ends.isdigit() and hmac.compare_digest(
                token.encode(), self._token_until(int(ends)).encode()
            )  # fmt: skip
            if scheme.lower() != "bearer" or not right or int(ends) <= self._clock.now().timestamp():
                refused = problem(401, "NaoAutenticado", "the access token is missing, wrong or over")
                return JSONResponse(dict(refused.body), 401, {"www-authenticate": "Bearer"})
            return await handler(request)

        return behind

    # cobv

    async def put_cobv(self, request: Request) -> Response:
        txid, body = request.path_params["txid"], await json_body(request)
        self._check(txid, body)
        known = self.psp.book.charges.get(txid)
        if known is None:
            facts = {
                "body": body,
                "token": word(self.psp.world.seed, 32, "location", txid).lower(),
                "created_at": instant_text(self._clock.now()),
            }
            self.psp.record([("cobv.created", txid, facts)])
        else:
            self._revise(known, body)
        return JSONResponse(self._told(self.psp.book.charges[txid]), 201)

    async def patch_cobv(self, request: Request) -> Response:
        charge, changes = self._charge(request), await json_body(request)
        if changes.get("status") == REMOVED and len(changes) == 1:
            if charge.status == ACTIVE:
                self.psp.record([("cobv.removed", charge.txid, {"revision": charge.revision + 1})])
            elif charge.status != REMOVED:
                raise problem(400, "CobVOperacaoInvalida", "the charge is not ATIVA")
            return JSONResponse(self._told(charge))
        if "status" in changes:
            raise problem(400, "CobVOperacaoInvalida", f"status can only become {REMOVED}, and alone")
        body = _merged(charge.body, changes)
        self._check(charge.txid, body)
        self._revise(charge, body)
        return JSONResponse(self._told(charge))

    async def get_cobv(self, request: Request) -> Response:
        return JSONResponse(self._told(self._charge(request)))

    def _check(self, txid: str, body: Mapping[str, Any]) -> None:
        try:
            check_cobv(txid, body)
        except Violation as error:
            raise problem(400, "CobVOperacaoInvalida", "the charge does not follow the schema", error) from None

    def _revise(self, charge: Charge, body: Mapping[str, Any]) -> None:
        if charge.status != ACTIVE:
            raise problem(400, "CobVOperacaoInvalida", "the charge is not ATIVA and cannot be changed")
        if body != charge.body:
            self.psp.record([("cobv.revised", charge.txid, {"body": body, "revision": charge.revision + 1})])

    def _charge(self, request: Request) -> Charge:
        charge = self.psp.book.charges.get(request.path_params["txid"])
        if charge is None:
            raise problem(404, "CobVNaoEncontrado", "there is no cobv of this txid")
        return charge

    def _told(self, charge: Charge) -> dict[str, Any]:
        location = f"{self.psp.location_host}/qr/v2/cobv/{charge.token}"
        calendar = {"validadeAposVencimento": charge.terms.valid_days, **charge.body["calendario"]}
        told = {
            **charge.body,
            "calendario": {"criacao": charge.created_at, **calendar},
            "txid": charge.txid,
            "revisao": charge.revision,
            "status": charge.status,
            "location": location,
            "loc": {"id": int(word(1, 9, charge.token, alphabet="123456789")), "location": location, "tipoCob": "cobv"},
            "recebedor": {"nome": self.psp.merchant[0], "cidade": self.psp.merchant[1]},
            "pixCopiaECola": br_code.dynamic(location, *self.psp.merchant),
        }
        if charge.paid_by:
            told["pix"] = [self.psp.book.received[e2eid].as_json() for e2eid in charge.paid_by]
        return told

    # received Pix

    async def get_pix(self, request: Request) -> Response:
        pix = self.psp.book.received.get(request.path_params["e2eid"])
        if pix is None:
            raise problem(404, "PixNaoEncontrado", "there is no Pix of this endToEndId")
        return JSONResponse(pix.as_json())

    async def list_pix(self, request: Request) -> Response:
        query = request.query_params
        try:
            start, end = instant_of(query.get("inicio"), "inicio"), instant_of(query.get("fim"), "fim")
        except Violation as error:
            raise problem(400, "PixConsultaInvalida", "the span is wrong", error) from None
        if end < start:
            raise problem(400, "PixConsultaInvalida", "fim lies before inicio")
        page = whole(request, "paginacao.paginaAtual", 0)
        size = whole(request, "paginacao.itensPorPagina", 100, least=1, most=1000)
        found = list(self.psp.book.between(start, end))
        if wanted := query.get("txid"):
            found = [pix for pix in found if pix.txid == wanted]
        if (present := query.get("txIdPresente")) in ("true", "false"):
            found = [pix for pix in found if (pix.txid is not None) == (present == "true")]
        if (present := query.get("devolucaoPresente")) in ("true", "false"):
            found = [pix for pix in found if bool(pix.returns) == (present == "true")]
        answer = {
            "parametros": {
                "inicio": query["inicio"],
                "fim": query["fim"],
                "paginacao": {
                    "paginaAtual": page,
                    "itensPorPagina": size,
                    "quantidadeDePaginas": max(1, -(-len(found) // size)),
                    "quantidadeTotalDeItens": len(found),
                },
            },
            "pix": [pix.as_json() for pix in found[page * size : (page + 1) * size]],
        }
        return JSONResponse(answer)

    # returns

    async def put_return(self, request: Request) -> Response:
        pix = self.psp.book.received.get(request.path_params["e2eid"])
        return_id, body = request.path_params["id"], await json_body(request)
        if pix is None:
            raise problem(404, "PixNaoEncontrado", "there is no Pix of this endToEndId")
        if not RETURN_ID.fullmatch(return_id):
            raise problem(400, "PixDevolucaoInvalida", "the id must have 1 to 35 letters and digits")
        try:
            cents = cents_of(body.get("valor"), "valor")
        except Violation as error:
            raise problem(400, "PixDevolucaoInvalida", "the return is wrong", error) from None
        if known := pix.returns.get(return_id):
            if known["valor"] == body["valor"]:
                return JSONResponse(known, 201)
            raise problem(400, "PixDevolucaoInvalida", "the id was used for another return")
        if cents == 0 or cents > pix.amount_cents - pix.returned_cents:
            raise problem(400, "PixDevolucaoInvalida", "the value is zero or more than is left of the Pix")
        if self._clock.now() > pix.at + timedelta(days=RETURN_DAYS):
            raise problem(400, "PixDevolucaoInvalida", f"the Pix is older than {RETURN_DAYS} days")
        nature = body.get("natureza", "ORIGINAL")
        if nature not in ("ORIGINAL", "RETIRADA"):
            raise problem(400, "PixDevolucaoInvalida", "natureza must be ORIGINAL or RETIRADA")
        return JSONResponse(self.psp.give_back(pix, return_id, body["valor"], nature, body.get("descricao")), 201)

    async def get_return(self, request: Request) -> Response:
        pix = self.psp.book.received.get(request.path_params["e2eid"])
        made = pix.returns.get(request.path_params["id"]) if pix else None
        if made is None:
            raise problem(404, "PixDevolucaoNaoEncontrada", "there is no such return")
        return JSONResponse(made)

    # webhooks

    async def put_webhook(self, request: Request) -> Response:
        body = await json_body(request)
        url = body.get("webhookUrl")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise problem(400, "WebhookOperacaoInvalida", "webhookUrl must be a web address")
        # Not of the API: stands for what a receiver agrees with its PSP apart, so that each account has its own token.
        headers = body.get("headers", {})
        if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
            raise problem(400, "WebhookOperacaoInvalida", "headers must be names and texts")
        facts = {
            "url": url.rstrip("/"),
            "headers": {name.lower(): value for name, value in headers.items()},
            "created_at": instant_text(self._clock.now()),
        }
        self.psp.record([("webhook.set", request.path_params["chave"], facts)])
        return Response(status_code=200)

    async def get_webhook(self, request: Request) -> Response:
        chave = request.path_params["chave"]
        hook = self.psp.book.webhooks.get(chave)
        if hook is None:
            raise problem(404, "WebhookNaoEncontrado", "the key has no webhook")
        return JSONResponse({"webhookUrl": hook["url"], "chave": chave, "criacao": hook["created_at"]})

    async def delete_webhook(self, request: Request) -> Response:
        chave = request.path_params["chave"]
        if chave not in self.psp.book.webhooks:
            raise problem(404, "WebhookNaoEncontrado", "the key has no webhook")
        self.psp.record([("webhook.removed", chave, {})])
        return Response(status_code=204)


def _merged(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A revision's body: objects of the first level are merged, all else is replaced."""
    merged = dict(body)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return json.loads(json.dumps(merged))  # type: ignore[no-any-return]


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client, secret
