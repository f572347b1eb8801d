"""Bank and PSP accounts of a tenant."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.etag import IfMatch, check_if_match, etag
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.fields import ON_ONE_LINE, BankCode, Reference, ShortText
from payments.handlers import operators
from payments.store import accounts

router = APIRouter(tags=["accounts"])
Reader = Annotated[Principal, Depends(require("accounts:read"))]
Writer = Annotated[Call, Depends(once("accounts:write"))]
Number = Annotated[str, Field(min_length=1, max_length=20, pattern=ON_ONE_LINE)]
Carteira = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$")]
Token = Annotated[
    SecretStr,
    Field(
        min_length=24,
        max_length=200,
        description="what the PSP's webhook shows as `Authorization: Bearer …`; only its hash is kept",
    ),
]
Certificate = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the PSP's client certificate, where a proxy checks mTLS"),
]


class NewAccount(BaseModel):
    """An account to open. A bank account needs its bank, a PSP account its Pix key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "bank", "name": "Itaú cobrança", "bank_code": "341", "agencia": "0607", "conta": "15255-0"}
            ]
        },
    )

    kind: Literal["bank", "psp"]
    name: ShortText
    bank_code: BankCode | None = None
    agencia: Number | None = None
    conta: Number | None = None
    convenio: Reference | None = Field(None, description="only slips of this convênio are matched, if given")
    carteira: Carteira | None = Field(None, description="only slips of this carteira are matched, if given")
    pix_key: Annotated[str, Field(min_length=1, max_length=77, pattern=ON_ONE_LINE)] | None = None
    webhook_token: Token | None = None
    webhook_certificate_sha256: Certificate | None = None

    @model_validator(mode="after")
    def _complete(self) -> "NewAccount":
        if self.kind == "bank" and self.bank_code is None:
            raise ValueError("a bank account needs bank_code")
        if self.kind == "psp" and self.pix_key is None:
            raise ValueError("a PSP account needs pix_key")
        return self


class AccountChange(BaseModel):
    """What may change of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: ShortText | None = None
    agencia: Number | None = None
    conta: Number | None = None
    convenio: Reference | None = None
    carteira: Carteira | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    webhook_token: Token | None = None
    webhook_certificate_sha256: Certificate | None = None


class Account(BaseModel):
    """An account."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    kind: Literal["bank", "psp"]
    name: str
    bank_code: str | None
    agencia: str | None
    conta: str | None
    convenio: str | None
    carteira: str | None
    pix_key: str | None
    active: bool
    created_at: datetime


def _of(account: accounts.Account) -> Account:
    return Account(**{name: getattr(account, name) for name in Account.model_fields})


def _revealed(token: SecretStr | None) -> str | None:
    return None if token is None else token.get_secret_value()


@router.post("/accounts", status_code=201)
async def open_account(body: NewAccount, call: Writer) -> Account:
    """Open an account. A PSP account is swept for received Pix from then on."""

    async def effect(tx: Tx) -> Reply:
        given = body.model_dump(exclude={"webhook_token", "webhook_certificate_sha256"})
        made = await operators.open_account(
            tx,
            accounts.Account(account_id=tx.ids.new_id(), **given),
            webhook_token=_revealed(body.webhook_token),
            certificate_sha256=body.webhook_certificate_sha256,
        )
        return Reply(201, _of(made), {"location": f"/v1/accounts/{made.account_id}", "etag": etag(1)})

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/accounts")
async def list_accounts(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    kind: Literal["bank", "psp"] | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Account]:
    """Accounts, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await accounts.listed(tx, kind=kind, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.created_at, row.account_id))
    response.headers.update(headers)
    return page


@router.get("/accounts/{account_id}")
async def get_account(account_id: UUID, request: Request, response: Response, principal: Reader) -> Account:
    """One account."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        found = await accounts.load(tx, account_id)
    if found is None:
        raise NotFoundError("account-unknown", "There is no such account.")
    response.headers["etag"] = etag(found.row_version)
    return _of(found)


@router.patch("/accounts/{account_id}")
async def change_account(account_id: UUID, body: AccountChange, call: Writer, if_match: IfMatch = None) -> Account:
    """Change an account, or close it: a closed one takes no files and is not swept."""

    async def effect(tx: Tx) -> Reply:
        found = await accounts.load(tx, account_id, lock=True)
        if found is None:
            raise NotFoundError("account-unknown", "There is no such account.")
        check_if_match(if_match, found.row_version)
        given: dict[str, Any] = body.model_dump(
            exclude={"webhook_token", "webhook_certificate_sha256"}, exclude_none=True
        )
        changed = replace(found, **given, row_version=found.row_version + 1)
        await operators.change_account(
            tx,
            changed,
            was_active=found.active,
            webhook_token=_revealed(body.webhook_token),
            certificate_sha256=body.webhook_certificate_sha256,
        )
        return Reply(200, _of(changed), {"etag": etag(changed.row_version)})

    return await call.once(effect)  # type: ignore[return-value]
