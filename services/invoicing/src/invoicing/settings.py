"""Settings of invoicing beyond what every service has; their names begin with INVOICING_."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings

Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+")] | None


class Settings(ServiceSettings):
    """Settings of invoicing. Without a bank or PSP address nothing is registered: see the README."""

    service: ClassVar[str] = "invoicing"

    invoicing_tax_id_key: SecretStr | None = Field(
        None, description="secret of the tax-id hashes; without it one is derived from the pepper"
    )
    invoicing_bank_url: Address = Field(None, description="address of the bank's boleto registration")
    invoicing_bank_token: SecretStr | None = Field(None, description="bearer token for the bank")
    invoicing_bank_tls_ca_file: Path | None = Field(None, description="PEM file with the CA of the bank")
    invoicing_bank_tls_cert_file: Path | None = Field(None, description="PEM file with our certificate for the bank")
    invoicing_bank_tls_key_file: Path | None = Field(None, description="PEM file with that certificate's key")
    invoicing_psp_url: Address = Field(None, description="address of the PSP's API Pix, without /v2")
    invoicing_psp_tls_ca_file: Path | None = Field(None, description="PEM file with the CA of the PSP")
    invoicing_psp_tls_cert_file: Path | None = Field(None, description="PEM file with our certificate for the PSP")
    invoicing_psp_tls_key_file: Path | None = Field(None, description="PEM file with that certificate's key")
    invoicing_psp_client_id: str | None = Field(None, description="OAuth2 client id at the PSP")
    invoicing_psp_client_secret: SecretStr | None = Field(None, description="OAuth2 client secret at the PSP")
    invoicing_provider_timeout_seconds: float = Field(5, gt=0, le=30, description="longest wait for bank or PSP")
    invoicing_public_per_minute: int = Field(
        30, ge=1, description="answers a minute that one address may send through response links"
    )
