"""The PSP's process: receiver's side under /v2 with OAuth2, payer's side open, commands for debtors and tests."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.outside.chance import word
from simulators.outside.deliveries import queued
from simulators.outside.host import Simulator, World, json_body, refuse
from simulators.outside.journal import Entry, Fact
from simulators.psp import rules
from simulators.psp.book import Book, Charge, Pix
from simulators.psp.receiver import receiver_routes
from simulators.psp.terms import amount_due
from simulators.psp.values import LARGEST_CENTS, Violation, amount_of, cents_of, day_of, instant_of, instant_text


class Psp(Simulator):
    """API Pix over one book."""

    name = "psp"

    def __init__(
        self,
        world: World,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        location_host: str = "pix.psp.example",
        merchant: tuple[str, str] = ("RECEBEDOR", "SAO PAULO"),
        webhook_headers: Mapping[str, str] | None = None,
    ):
        super().__init__(world)
        self.client_id = client_id
        self.client_secret = client_secret
        self.location_host = location_host
        self.merchant = merchant
        self.webhook_headers = dict(webhook_headers or {})
        self.book = Book()

    def apply(self, entry: Entry) -> None:
        self.book.apply(entry)

    def routes(self) -> Sequence[Route]:
        return [
            *receiver_routes(self),
            Route("/pay", self.pay, methods=["POST"]),
            Route("/med", self.med, methods=["POST"]),
            Route("/qr/v2/cobv/{token}", self.payload),
            Route("/{token}", self.payload),
        ]

    async def payload(self, request: Request) -> Response:
        """What a payer's bank reads behind a QR code; `DPP` is the day on which the payer means to pay."""
        charge = self.book.by_token.get(request.path_params["token"])
        if charge is None:
            raise refuse(404, "charge_unknown", "no charge has this location")
        asked = request.query_params.get("DPP")
        on = rules.local_day(self.world.clock.now())
        if asked:
            try:
                on = max(on, day_of(asked, "DPP"))
            except Violation as error:
                raise refuse(400, "day", f"{error.place} {error.reason}") from None
        if charge.status == "REMOVIDA_PELO_USUARIO_RECEBEDOR":
            raise refuse(410, "charge_removed", "the receiver removed the charge")
        return JSONResponse(self._payload(charge, on))

    def _payload(self, charge: Charge, on: Any) -> dict[str, Any]:
        due = amount_due(charge.terms, on)
        values = {name: part["valor"] for name, part in due.components().items()}
        return {
            "revisao": charge.revision,
            "txid": charge.txid,
            "status": charge.status,
            "chave": charge.body["chave"],
            "calendario": {
                "criacao": charge.created_at,
                "apresentacao": instant_text(self.world.clock.now()),
                **charge.body["calendario"],
            },
            "devedor": charge.body["devedor"],
            "recebedor": {"nome": self.merchant[0], "cidade": self.merchant[1]},
            "valor": {**values, "final": amount_of(due.total)},
            "infoAdicionais": charge.body.get("infoAdicionais", []),
        }

    async def pay(self, request: Request) -> Response:
        """A payer pays: {txid} or {chave, amount_cents}; amount_cents, at, payer {nome, cpf|cnpj}, key, info."""
        body = await json_body(request)
        now = self.world.clock.now()
        at = self._instant(body, now)
        charge = self._charge_to_pay(body)
        subject = charge.txid if charge else str(body["chave"])
        key = str(body.get("key") or f"{subject}/{at.isoformat()}")
        known = self.book.by_payment_key.get(key)
        if known is not None:
            return JSONResponse(self.book.received[known].as_json())
        if charge is not None and (why := rules.why_unpayable(charge, rules.local_day(at))):
            raise refuse(410 if why == "charge_removed" else 409, why, "the payer's bank refuses to pay this charge")
        pix = self._new_pix(body, charge, at, key)
        payer = body.get("payer") or (charge.body["devedor"] if charge else None)
        facts: list[Fact] = [
            ("pix.received", pix["endToEndId"], {"pix": pix, "at": at.isoformat(), "payer": payer, "key": key})
        ]
        self.record(facts + self._announcement(pix, pix["endToEndId"], now))
        return JSONResponse(pix, 201)

    def _instant(self, body: Mapping[str, Any], now: datetime) -> datetime:
        try:
            at = instant_of(body["at"], "at") if body.get("at") else now
        except Violation as error:
            raise refuse(422, "instant", f"{error.place} {error.reason}") from None
        if at > now:
            raise refuse(422, "instant", "at lies in the future")
        return at

    def _charge_to_pay(self, body: Mapping[str, Any]) -> Charge | None:
        txid, cents = body.get("txid"), body.get("amount_cents")
        if cents is not None and (
            isinstance(cents, bool) or not isinstance(cents, int) or not 0 < cents <= LARGEST_CENTS
        ):
            raise refuse(422, "amount", f"amount_cents must be a whole number from 1 to {LARGEST_CENTS}")
        if txid is None:
            if not body.get("chave") or cents is None:
                raise refuse(422, "payment", "give txid, or chave and amount_cents")
            return None
        charge = self.book.charges.get(str(txid))
        if charge is None:
            raise refuse(404, "charge_unknown", "there is no charge of this txid")
        return charge

    def _new_pix(self, body: Mapping[str, Any], charge: Charge | None, at: datetime, key: str) -> dict[str, Any]:
        pix: dict[str, Any] = {"endToEndId": rules.end_to_end_id(self.world.seed, at, key)}
        cents = body.get("amount_cents")
        if charge is not None:
            due = amount_due(charge.terms, rules.local_day(at))
            pix["txid"] = charge.txid
            pix["valor"] = amount_of(due.total if cents is None else cents)
            if cents is None or cents == due.total:
                pix["componentesValor"] = due.components()
            pix["chave"] = charge.body["chave"]
        else:
            pix["valor"] = amount_of(body["amount_cents"])
            pix["chave"] = body["chave"]
        pix["horario"] = instant_text(at)
        if body.get("info"):
            pix["infoPagador"] = str(body["info"])[:140]
        return pix

    async def med(self, request: Request) -> Response:
        """The payer's bank takes a Pix back (MED): {e2eid, amount_cents?, natureza?}."""
        body = await json_body(request)
        pix = self.book.received.get(str(body.get("e2eid")))
        if pix is None:
            raise refuse(404, "pix_unknown", "there is no such Pix")
        nature = body.get("natureza", "MED_FRAUDE")
        if nature not in ("MED_FRAUDE", "MED_OPERACIONAL", "MED_PIX_AUTOMATICO"):
            raise refuse(422, "natureza", "natureza must be MED_FRAUDE, MED_OPERACIONAL or MED_PIX_AUTOMATICO")
        left = pix.amount_cents - pix.returned_cents
        cents = body.get("amount_cents", left)
        if isinstance(cents, bool) or not isinstance(cents, int) or not 0 < cents <= left:
            raise refuse(422, "amount", "amount_cents must be above zero and at most what is left of the Pix")
        return_id = f"MED{word(self.world.seed, 20, 'med', pix.e2eid, len(pix.returns))}"
        made = self.give_back(pix, return_id, amount_of(cents), nature)
        return JSONResponse(made, 201)

    def give_back(self, pix: Pix, return_id: str, value: str, nature: str, why: str | None = None) -> dict[str, Any]:
        """Return money of a Pix; both sides hear of it."""
        now = self.world.clock.now()
        made: dict[str, Any] = {
            "id": return_id,
            "rtrId": rules.end_to_end_id(self.world.seed, now, f"{pix.e2eid}/{return_id}", letter="D"),
            "valor": value,
            "natureza": nature,
            "horario": {"solicitacao": instant_text(now), "liquidacao": instant_text(now)},
            "status": "DEVOLVIDO",
        }
        if why:
            made["descricao"] = why
        told = {**pix.document, "devolucoes": [*pix.returns.values(), made]}
        self.record([("return.made", pix.e2eid, made), *self._announcement(told, f"{pix.e2eid}/{return_id}", now)])
        return made

    def _announcement(self, pix: Mapping[str, Any], name: str, now: datetime) -> list[Fact]:
        """The webhook call or calls for a Pix, as the faults in force make them. Only Pix with a txid are told."""
        hook = self.book.webhooks.get(str(pix["chave"]))
        if hook is None or "txid" not in pix or self.faults.hit("lose", now, name):
            return []
        told = dict(pix)
        if self.faults.hit("wrong", now, name):
            told["valor"] = amount_of(cents_of(pix["valor"], "valor") + 100)
            told.pop("componentesValor", None)
        due_at = now + timedelta(minutes=self.faults.shuffled_minutes(now, name))
        if late := self.faults.hit("late", now, name):
            due_at += late.delay
        copies = 2 if self.faults.hit("duplicate", now, name) else 1
        body = json.dumps({"pix": [told]}).encode()
        headers = {"content-type": "application/json", **self.webhook_headers, **hook["headers"]}
        return [
            queued(f"{name}#{copy}", lane=name, url=f"{hook['url']}/pix", body=body, headers=headers, due_at=due_at)
            for copy in range(1, copies + 1)
        ]
