"""The bank's process: registration, the counter, and the return files that it serves or delivers."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.bank import cnab240, cnab400
from simulators.bank.barcode import BarcodeError, barcode_of, check
from simulators.bank.book import BRASILIA, Account, Book, Movement, Title, local_day
from simulators.bank.charges import amount_due
from simulators.bank.requests import LARGEST_CENTS, checked_account, checked_title
from simulators.outside.bank_days import is_bank_day, this_or_next
from simulators.outside.chance import word
from simulators.outside.host import Refused, Simulator, World, json_body, refuse
from simulators.outside.journal import Entry

DEFAULT_FEE_CENTS: Final = 189
DELIVERY_TIMEOUT_SECONDS: Final = 120.0


class Bank(Simulator):
    """All banks of the country in one process; what differs is in the codes."""

    name = "bank"
    guarded_paths = ("/v1/boletos",)

    def __init__(self, world: World, *, token: str | None = None, fee_cents: int = DEFAULT_FEE_CENTS):
        super().__init__(world)
        self.token = token
        self.fee_cents = fee_cents
        self.book = Book()

    def apply(self, entry: Entry) -> None:
        self.book.apply(entry)

    def routes(self) -> Sequence[Route]:
        title = "/v1/boletos/{bank_code}/{convenio}/{carteira}/{nosso_numero}"
        return [
            Route(title, self.register, methods=["PUT"]),
            Route(title, self.show, methods=["GET"]),
            Route(title, self.remove, methods=["DELETE"]),
            Route("/v1/accounts/{bank_code}/{convenio}", self.open_account, methods=["PUT"]),
            Route("/v1/lines/{line}", self.look_up),
            Route("/v1/dda/{tax_id}", self.presented),
            Route("/pay", self.pay, methods=["POST"]),
            Route("/v1/return-files", self.return_file),
            Route("/v1/deliver", self.deliver, methods=["POST"]),
        ]

    @property
    def today(self) -> date:
        return local_day(self.world.clock.now())

    # registration

    async def register(self, request: Request) -> Response:
        given, path = request.path_params, _path(request)
        body = checked_title(await json_body(request))
        known = self.book.titles.get(path)
        if known is not None:
            if known.body == body:
                return JSONResponse(self._told(known))
            raise refuse(409, "registered_otherwise", "another boleto is registered under this number")
        try:
            check(
                bank_code=given["bank_code"],
                carteira=given["carteira"],
                nosso_numero=given["nosso_numero"],
                barcode=body["barcode"],
                line=body["linha_digitavel"],
                due_on=date.fromisoformat(body["due_on"]),
                amount_cents=body["amount_cents"],
            )
        except BarcodeError as error:
            raise refuse(422, error.code, str(error)) from None
        if body["barcode"] in self.book.by_barcode:
            raise refuse(409, "barcode_taken", "the bar code belongs to another title")
        self.record([("title.registered", path, body)])
        return JSONResponse(self._told(self.book.titles[path]), 201)

    async def show(self, request: Request) -> Response:
        return JSONResponse(self._told(self._title(request)))

    async def remove(self, request: Request) -> Response:
        """Take a title out (baixa); `?reason=paid_by_pix` is the bank's own, for a boleto paid by its Pix QR code."""
        title = self._title(request)
        status = self.book.status_of(title, self.today)
        if status == "paid":
            raise refuse(409, "paid", "the title was paid")
        reason = request.query_params.get("reason", "asked")
        if reason not in ("asked", "paid_by_pix"):
            raise refuse(422, "reason", "reason must be asked or paid_by_pix")
        if status == "registered":
            fee = self.fee_cents if reason == "asked" else 0
            self.record([("title.removed", title.path, {"reason": reason, "fee_cents": fee})])
        return Response(status_code=204)

    async def open_account(self, request: Request) -> Response:
        """Tell agência, conta and company before the first title does: {agencia, conta, conta_dv, company, tax_id}."""
        path = request.path_params
        if not path["bank_code"].isascii() or not path["bank_code"].isdigit() or len(path["bank_code"]) != 3:
            raise refuse(422, "bank_code", "bank_code must have three digits")
        given = checked_account(path["bank_code"], await json_body(request))
        on = this_or_next(self.today).isoformat()
        body = {**given, "bank_code": path["bank_code"], "convenio": path["convenio"], "opened_on": on}
        self.record([("account.opened", f"{path['bank_code']}/{path['convenio']}", body)])
        return JSONResponse(body, 201)

    def _title(self, request: Request) -> Title:
        title = self.book.titles.get(_path(request))
        if title is None:
            raise refuse(404, "title_unknown", "no such title is registered")
        return title

    def _told(self, title: Title) -> dict[str, Any]:
        return {
            "status": self.book.status_of(title, self.today),
            "barcode": title.barcode,
            "linha_digitavel": title.line,
            "document_number": title.body["document_number"],
            "amount_cents": title.face_cents,
            "due_on": title.due_on.isoformat(),
            "payable_until": title.last_day.isoformat(),
        }

    # payers

    async def look_up(self, request: Request) -> Response:
        """What a payer's bank shows for a typed line: the title and what it costs today."""
        return JSONResponse(self._shown(self._of_line(request.path_params["line"])))

    async def presented(self, request: Request) -> Response:
        """DDA: the open titles of a payer, oldest due date first."""
        titles = self.book.by_payer.get(request.path_params["tax_id"], [])
        found = [title for title in titles if self.book.status_of(title, self.today) == "registered"]
        ordered = sorted(found, key=lambda title: (title.due_on, title.path))
        return JSONResponse({"items": [self._shown(title) for title in ordered]})

    def _shown(self, title: Title) -> dict[str, Any]:
        due = amount_due(title.body, this_or_next(self.today))
        return {**self._told(title), "total_cents": due.total, "beneficiary": title.body["beneficiary"]["name"]}

    def _of_line(self, line: object) -> Title:
        try:
            title = self.book.by_barcode.get(barcode_of(str(line)))
        except BarcodeError as error:
            raise refuse(422, error.code, str(error)) from None
        if title is None:
            raise refuse(404, "title_unknown", "the boleto is not registered")
        return title

    async def pay(self, request: Request) -> Response:
        """Somebody pays: {linha_digitavel, amount_cents?, on?, key?, again?}. `again` takes money for a title that is
        no longer open, as a bank in contingency does."""
        body = await json_body(request)
        title = self._of_line(body.get("linha_digitavel"))
        on = self._day(body.get("on"))
        key = str(body.get("key") or f"{title.path}/{on}")
        if (known := self.book.by_payment_key.get(key)) is not None:
            return JSONResponse(dict(known))
        status = self.book.status_of(title, on)
        if status != "registered" and body.get("again") is not True:
            raise refuse(409, f"title_{status}", "the title is no longer open")
        facts = {**self._settlement(title, body.get("amount_cents"), this_or_next(on)), "key": key}
        self.record([("title.paid", title.path, facts)])
        return JSONResponse({"title": title.path, **facts}, 201)

    def _day(self, given: object) -> date:
        try:
            on = self.today if given is None else date.fromisoformat(str(given))
        except ValueError:
            raise refuse(422, "day", "on must be a day such as 2026-03-02") from None
        if on > self.today + timedelta(366):
            raise refuse(422, "day", "that day is too far ahead")
        if on < self.today:
            raise refuse(422, "day", "that day is closed")
        return on

    def _settlement(self, title: Title, paid_cents: object, on: date) -> dict[str, Any]:
        due = amount_due(title.body, on)
        paid = due.total if paid_cents is None else paid_cents
        if isinstance(paid, bool) or not isinstance(paid, int) or not 0 < paid <= LARGEST_CENTS:
            raise refuse(422, "amount", f"amount_cents must be a whole number from 1 to {LARGEST_CENTS}")
        owed = due.face - due.abatement - due.discount
        return {
            "paid_cents": paid,
            "discount_cents": due.discount if paid >= owed else 0,
            "abatement_cents": due.abatement,
            "extra_cents": max(0, paid - owed),
            "fee_cents": min(self.fee_cents, paid),
            "occurred_on": on.isoformat(),
        }

    # return files

    async def return_file(self, request: Request) -> Response:
        query = request.query_params
        account = self._account(query.get("bank_code"), query.get("convenio"))
        day, content = self._file(account, query.get("on"), query.get("layout"))
        name = f'attachment; filename="{_file_name(account, day)}"'
        return Response(content, media_type="application/octet-stream", headers={"content-disposition": name})

    async def deliver(self, request: Request) -> Response:
        """Push a day's file: {url, account_id, token?, on, bank_code?, convenio?, layout?}."""
        body = await json_body(request)
        if not isinstance(body.get("url"), str) or not isinstance(body.get("account_id"), str):
            raise refuse(422, "deliver", "url and account_id are needed")
        try:
            account = self._account(body.get("bank_code"), body.get("convenio"))
            day, content = self._file(account, body.get("on"), body.get("layout"))
        except Refused as refused:
            if refused.status != 404:
                raise
            return JSONResponse({"delivered": False, "reason": refused.body["code"], "answer": None, "answers": []})
        copies = 2 if self.faults.hit("duplicate", self.world.clock.now(), _fault_name(account, day)) else 1
        answers = [await self._push(body, content, _file_name(account, day, copy)) for copy in range(copies)]
        digest = sha256(content).hexdigest()
        self.record([("file.delivered", _fault_name(account, day), {"sha256": digest, "answers": answers})])
        delivered = all((answer["status"] or 599) < 300 for answer in answers)
        return JSONResponse(
            {"delivered": delivered, "sha256": digest, "answer": _json_of(answers[-1]["body"]), "answers": answers}
        )

    async def _push(self, body: Mapping[str, Any], content: bytes, name: str) -> dict[str, Any]:
        key = sha256(content + name.encode() + str(body["account_id"]).encode()).hexdigest()[:40]
        headers = {
            "content-type": "application/octet-stream",
            "content-disposition": f'attachment; filename="{name}"',
            "idempotency-key": key,
        }
        if body.get("token"):
            headers["authorization"] = f"Bearer {body['token']}"
        try:
            answer = await self.client.post(
                str(body["url"]),
                params={"account_id": body["account_id"]},
                content=content,
                headers=headers,
                timeout=DELIVERY_TIMEOUT_SECONDS,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return {"name": name, "status": None, "body": type(error).__name__}
        return {"name": name, "status": answer.status_code, "body": answer.text[:2_000]}

    def _account(self, bank_code: str | None, convenio: str | None) -> Account:
        found = [
            account
            for (bank, agreement), account in sorted(self.book.accounts.items())
            if bank_code in (None, bank) and convenio in (None, agreement)
        ]
        if not found:
            raise refuse(404, "account_unknown", "there is no such account")
        if len(found) > 1:
            raise refuse(422, "account", "several accounts fit: give bank_code and convenio")
        return found[0]

    def _file(self, account: Account, on: object, layout: str | None) -> tuple[date, bytes]:
        """The return file with the movements of one bank day, made when the day is over."""
        try:
            day = date.fromisoformat(str(on))
        except ValueError:
            raise refuse(422, "day", "on must be a day such as 2026-03-02") from None
        layout = layout or ("cnab400" if account.bank_code == "341" else "cnab240")
        if layout not in ("cnab240", "cnab400") or (layout == "cnab400" and account.bank_code != "341"):
            raise refuse(422, "layout", "layout is cnab240, or cnab400 for bank 341")
        if not is_bank_day(day) or day < account.opened_on:
            raise refuse(404, "no_movement", "no file is made for this day")
        now, name = self.world.clock.now(), _fault_name(account, day)
        made_at = datetime.combine(day + timedelta(1), time(), BRASILIA)
        if late := self.faults.hit("late", now, name):
            made_at += late.delay
        if now < made_at:
            raise refuse(404, "not_ready", "the file is not made yet")
        if self.faults.hit("lose", now, name):
            raise refuse(404, "lost", "the file cannot be found")
        return day, self._content(account, day, layout)

    def _content(self, account: Account, day: date, layout: str) -> bytes:
        now, name = self.world.clock.now(), _fault_name(account, day)
        movements = self.book.movements(account, day, self.fee_cents)
        if self.faults.hit("reorder", now, name):
            movements.sort(key=lambda movement: word(self.world.seed, 12, "order", *_named(movement)))
        file_of = cnab400.file_of if layout == "cnab400" else cnab240.file_of
        made = file_of(
            account,
            movements,
            made_on=day + timedelta(1),
            sequence=account.sequence(day),
            off_by=1 if self.faults.hit("wrong", now, name) else 0,
        )
        content = made.encode("ascii")
        return content[: len(content) * 3 // 5] if self.faults.hit("truncated", now, name) else content


def _json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _named(movement: Movement) -> tuple[object, ...]:
    return (movement.title.path, movement.kind, movement.ordinal)


def _path(request: Request) -> str:
    given = request.path_params
    return f"{given['bank_code']}/{given['convenio']}/{given['carteira']}/{given['nosso_numero']}"


def _fault_name(account: Account, day: date) -> str:
    return f"{account.bank_code}/{account.convenio}/{day}"


def _file_name(account: Account, day: date, copy: int = 0) -> str:
    again = f"-{copy}" if copy else ""
    return f"CB{day:%d%m%y}{account.sequence(day):05d}{again}.RET"
