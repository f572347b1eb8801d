"""Settings of payments beyond what every service has; their names begin with PAYMENTS_."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of payments. Without a PSP address, Pix webhooks wait and nothing is polled."""

    service: ClassVar[str] = "payments"

    payments_tax_id_key: SecretStr | None = Field(
        None, description="secret under which payers' tax ids are hashed; without it one is derived from the pepper"
    )
    payments_psp_url: str | None = Field(None, description="address of the PSP's API Pix, without /v2")
    payments_psp_client_id: str | None = Field(None, description="OAuth2 client id at the PSP")
    payments_psp_client_secret: SecretStr | None = Field(None, description="OAuth2 client secret at the PSP")
    payments_psp_cert_file: Path | None = Field(None, description="PEM file with the client certificate for the PSP")
    payments_psp_key_file: Path | None = Field(None, description="PEM file with the client key for the PSP")
    payments_psp_timeout_seconds: float = Field(5, gt=0, le=15, description="longest wait for one answer of the PSP")
    payments_poll_minutes: int = Field(10, ge=1, le=1440, description="pause between two sweeps of GET /pix")
    payments_poll_overlap_minutes: int = Field(
        60, ge=0, le=10_080, description="how far a sweep looks back behind the one before"
    )
    payments_trust_certificate_header: bool = Field(
        False, description="believe X-Client-Cert-Sha256: only where a proxy that ends mTLS sets it and removes others"
    )
    payments_tolerance_cents: int = Field(0, ge=0, le=10_000, description="a rest that small is granted as abatement")
    payments_four_eyes: bool = Field(False, description="a proposal is accepted by two different people")
    payments_bank_file_bytes: int = Field(
        64 * 1024**2, ge=1024, le=256 * 1024**2, description="largest bank file that may be uploaded"
    )
