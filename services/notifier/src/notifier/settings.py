"""Settings of notifier beyond what every service has; their names begin with NOTIFIER_."""

from typing import ClassVar

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of notifier. A channel without an address is off: its messages take the next channel."""

    service: ClassVar[str] = "notifier"

    notifier_smtp_host: str | None = Field(None, description="host of the SMTP server that takes our mail")
    notifier_smtp_port: int = Field(25, ge=1, le=65535, description="its port")
    notifier_smtp_starttls: bool = Field(False, description="begin TLS after connecting; on for submission at 587")
    notifier_smtp_user: str | None = Field(None, description="user name at the SMTP server")
    notifier_smtp_password: SecretStr | None = Field(None, description="password at the SMTP server")
    notifier_smtp_from: str = Field(
        "Cobranca <cobranca@localhost>", description="sender of our mail, `Name <mail@host>`; its host takes replies"
    )
    notifier_smtp_connections: int = Field(8, ge=1, le=64, description="connections kept to the SMTP server")
    notifier_sms_url: str | None = Field(None, description="address of the SMS provider, without /v1")
    notifier_whatsapp_url: str | None = Field(None, description="address of the WhatsApp provider, without /v1")
    notifier_provider_token: SecretStr | None = Field(None, description="bearer token for both providers")
    notifier_callback_secret: SecretStr | None = Field(
        None, description="`whsec_` and base64: signs the providers' callbacks (Standard Webhooks)"
    )
    notifier_inbound_token: SecretStr | None = Field(None, description="bearer token of the mail server that hands in")
    notifier_public_url: str = Field(
        "http://127.0.0.1:8080", description="where links in messages begin; no slash at the end"
    )
    notifier_portal_url: str | None = Field(
        None, description="where pay links lead, `{target}` and `{invoice_id}` filled in; without it a page of ours"
    )
    notifier_token_key: SecretStr | None = Field(
        None, description="secret that signs links; without it one is derived from the pepper"
    )
    notifier_provider_timeout_seconds: float = Field(10, gt=0, le=30, description="longest wait for a provider")
    notifier_public_per_minute: int = Field(
        6_000, ge=1, description="pixels, links and refusals a minute that one network address may ask for"
    )
