"""What a company does once before its first invoice: its profile, its accounts, its Pix webhook, its régua."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regua.demo.outside import BANK, PSP
from regua.demo.platform import Platform
from regua.demo.tenant import Tenant

BANK_CODE = "341"
CARTEIRA = "109"
PSP_ISPB = "60701190"


@dataclass(frozen=True)
class Company:
    """The creditor of a run: what the bank and the PSP know it by. Equal tenants have equal companies."""

    agencia: str
    conta: str
    pix_key: str

    @property
    def convenio(self) -> str:
        """Agência and conta: how Itaú names the agreement."""
        return f"{self.agencia}{self.conta}"


@dataclass(frozen=True)
class Accounts:
    """The accounts of payments that stand for the bank and the PSP."""

    bank_id: str
    psp_id: str


def company_of(tenant_id: UUID) -> Company:
    """A company of its own for each tenant, so that tenants never meet at the bank."""
    digest = hashlib.sha256(tenant_id.bytes).digest()
    number = int.from_bytes(digest[:6], "big")
    key = UUID(bytes=digest[16:32], version=4)
    return Company(agencia=f"{number % 10_000:04d}", conta=f"{number // 10_000 % 100_000:05d}", pix_key=str(key))


def profile(company: Company) -> dict[str, Any]:
    """The creditor profile: 2% fine and 1% interest a month, the most a consumer contract may ask (CDC art. 52)."""
    return {
        "name": "Escola Aurora Ltda",
        "tax_id": "11222333000181",
        "address": {
            "street": "Rua das Acácias",
            "number": "100",
            "district": "Centro",
            "city": "São Paulo",
            "uf": "SP",
            "postal_code": "01001000",
        },
        "email": "financeiro@example.com",
        "phone": "+551130000000",
        "bank": {
            "bank_code": BANK_CODE,
            "agencia": company.agencia,
            "conta": company.conta,
            "carteira": CARTEIRA,
            "convenio": company.convenio,
        },
        "pix": {
            "key": company.pix_key,
            "psp_ispb": PSP_ISPB,
            "location_host": "pix.psp.regua.test",
            "merchant_name": "Escola Aurora",
            "merchant_city": "São Paulo",
        },
        "terms": standard_terms(),
    }


def standard_terms() -> dict[str, Any]:
    """Fine and interest as most Brazilian consumer contracts have them."""
    return {
        "fine": {"kind": "percent", "percent": "2"},
        "interest": {"kind": "rate", "percent": "1", "basis": "month-30", "days": "calendar"},
        "weekend_rule": "law-7089",
        "payment_dating": "as-paid",
        "rounding": "daily-down",
        "imputation": "interest-fine-principal",
        "contract": "consumer",
        "cap_policy": "refuse",
    }


async def set_up_creditor(tenant: Tenant, company: Company) -> None:
    """Write the creditor's profile."""
    await tenant["invoicing"].put("/v1/creditor", profile(company))


async def set_up_accounts(platform: Platform, tenant: Tenant, company: Company) -> Accounts:
    """Make the bank's and the PSP's account, and have the PSP call us about every Pix."""
    payments = tenant["payments"]
    bank = await payments.post("/v1/accounts", {"kind": "bank", "name": "Itaú", "bank_code": BANK_CODE})
    psp = await payments.post(
        "/v1/accounts",
        {
            "kind": "psp",
            "name": "PSP",
            "bank_code": BANK_CODE,
            "pix_key": company.pix_key,
            "webhook_token": platform.outside.webhook_token,
        },
    )
    await open_at_the_bank(platform, company)
    accounts = Accounts(bank_id=bank["account_id"], psp_id=psp["account_id"])
    await register_webhook(platform, company, accounts)
    return accounts


async def open_at_the_bank(platform: Platform, company: Company) -> None:
    """The bank knows the agreement before the first boleto, so that its files begin now."""
    body = {
        "agencia": company.agencia,
        "conta": company.conta,
        "conta_dv": "0",
        "company": "Escola Aurora Ltda",
        "tax_id": "11222333000181",
    }
    answer = await platform.client.put(
        f"{platform.outside.url(BANK)}/v1/accounts/{BANK_CODE}/{company.convenio}",
        json=body,
        headers={"authorization": f"Bearer {platform.outside.bank_token}"},
    )
    answer.raise_for_status()


async def register_webhook(platform: Platform, company: Company, accounts: Accounts) -> None:
    """Tell the PSP where each Pix of the key is to be announced."""
    url = f"{platform.services['payments']}/v1/webhooks/pix/{accounts.psp_id}"
    token = await psp_token(platform)
    answer = await platform.client.put(
        f"{platform.outside.url(PSP)}/v2/webhook/{company.pix_key}",
        json={"webhookUrl": url},
        headers={"authorization": f"Bearer {token}"},
    )
    answer.raise_for_status()


async def psp_token(platform: Platform) -> str:
    """An access token of the PSP (OAuth2 client credentials)."""
    answer = await platform.client.post(
        f"{platform.outside.url(PSP)}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(platform.outside.client_id, platform.outside.client_secret),
    )
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


async def publish_policy(tenant: Tenant, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Publish the standard régua, with `changes` to its document, and put every new case under it."""
    dunning = tenant["dunning"]
    document = {**(await dunning.get("/v1/policies/default"))["policy"], **(changes or {})}
    draft = await dunning.post("/v1/policies", document)
    published = await dunning.post(f"/v1/policies/{draft['policy_id']}/publish")
    ref = {"policy_id": published["policy_id"], "policy_version": published["policy_version"]}
    await dunning.post("/v1/policy-assignments", {"segment": "", "policy": ref})
    return ref
