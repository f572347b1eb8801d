"""What one process of a service is made of, built once from its settings and shared by API and workers.

`request.app.state.kit` is this object: routes and dependencies reach the database, the authenticator and the rest
through it.
"""

import hashlib
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.sdk.trace.export import SpanExporter

from chassis import logs, telemetry
from chassis.apikeys import ApiKeys
from chassis.auth import Authenticator
from chassis.clock import Clock
from chassis.cursors import CursorSigner
from chassis.db import SESSION_SETTINGS, Database
from chassis.health import Health
from chassis.ids import Ids
from chassis.kafka import Kafka
from chassis.metrics import Metrics
from chassis.observers import OperationsObserver
from chassis.settings import ServiceSettings
from chassis.settings_source import revealed
from chassis.tokens import IssuerKeys, TokenRules, Tokens, fetch_from

_DEVELOPMENT_PEPPER: Final = b"regua development only, refused in production"


@dataclass(frozen=True)
class Runtime:
    """The parts of one process."""

    name: str
    settings: ServiceSettings
    clock: Clock
    ids: Ids
    database: Database
    kafka: Kafka
    metrics: Metrics
    telemetry: telemetry.Telemetry
    observer: OperationsObserver
    health: Health
    keys: ApiKeys
    authenticator: Authenticator
    cursors: CursorSigner

    async def dispose(self) -> None:
        """Close what is open; what is still running fails."""
        await self.database.dispose()
        self.telemetry.shutdown()


def build(
    name: str, settings: ServiceSettings, *, exporter: SpanExporter | None = None, tokens: Tokens | None = None
) -> Runtime:
    """Build the parts; nothing is connected yet. `exporter` and `tokens` replace what settings name (tests)."""
    logs.ensure()
    clock = settings.clock()
    ids = settings.ids(clock)
    metrics = Metrics()
    tracing = telemetry.configure(service=name, ratio=settings.trace_sample_ratio, exporter=exporter)
    observer = OperationsObserver(service=name, metrics=metrics, provider=tracing.provider, tracing=tracing.exporting)
    database = Database(
        settings.database_url.get_secret_value(),
        clock=clock,
        ids=ids,
        producer_name=name,
        lanes=settings.outbox_lanes,
        outbox_limit_rows=settings.outbox_limit,
        pool_size=settings.database_pool_size,
        observer=observer,
        session_settings=session_settings(settings),
        ssl=database_tls(settings),
    )
    pepper = pepper_of(settings)
    keys = ApiKeys(database, pepper=pepper, environment=settings.regua_env)
    authenticator = Authenticator(
        keys=keys,
        tokens=tokens or _tokens(settings),
        metrics=metrics,
        per_minute=settings.http_rate_per_minute,
    )
    kafka = Kafka(
        settings.kafka_bootstrap,
        security=kafka_security(settings),
        client_id=f"regua-{name}",
        topic_prefix=settings.kafka_topic_prefix,
        request_timeout_seconds=settings.kafka_request_timeout_ms / 1000,
    )
    return Runtime(
        name=name,
        settings=settings,
        clock=clock,
        ids=ids,
        database=database,
        kafka=kafka,
        metrics=metrics,
        telemetry=tracing,
        observer=observer,
        health=Health(metrics),
        keys=keys,
        authenticator=authenticator,
        cursors=CursorSigner(hmac.digest(pepper, b"cursors", hashlib.sha256)),
    )


def pepper_of(settings: ServiceSettings) -> bytes:
    """The pepper's bytes; outside production a known one stands in when none is set."""
    pepper = revealed(settings.auth_api_key_pepper)
    return pepper.encode() if pepper is not None else _DEVELOPMENT_PEPPER


def session_settings(settings: ServiceSettings) -> dict[str, str]:
    """What each database session is opened with."""
    return {
        **SESSION_SETTINGS,
        "statement_timeout": str(settings.database_statement_timeout_ms),
        "lock_timeout": str(settings.database_lock_timeout_ms),
        "idle_in_transaction_session_timeout": str(settings.database_idle_transaction_timeout_ms),
        "synchronous_commit": settings.database_synchronous_commit,
    }


def _tokens(settings: ServiceSettings) -> Tokens | None:
    issuer, audience, url = settings.auth_jwt_issuer, settings.auth_jwt_audience, settings.auth_jwt_jwks_url
    if not issuer or not audience or not url:
        return None
    rules = TokenRules(
        issuer=issuer,
        audience=audience,
        algorithms=settings.auth_jwt_algorithms,
        max_age_seconds=settings.auth_jwt_max_age_seconds,
        leeway_seconds=settings.auth_jwt_leeway_seconds,
    )
    return Tokens(rules, IssuerKeys(fetch_from(url)))


def kafka_security(settings: ServiceSettings) -> Mapping[str, Any]:
    """The Kafka client's TLS and SASL arguments."""
    arguments: dict[str, Any] = {"security_protocol": settings.kafka_security_protocol}
    if settings.kafka_security_protocol.endswith("SSL"):
        context = ssl.create_default_context(cafile=_text(settings.kafka_security_ca_file))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = settings.kafka_security_check_hostname
        if settings.kafka_security_cert_file is not None:
            context.load_cert_chain(
                settings.kafka_security_cert_file,
                settings.kafka_security_key_file,
                revealed(settings.kafka_security_key_password),
            )
        arguments["ssl_context"] = context
    if settings.kafka_security_protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = settings.kafka_security_sasl_mechanism
        arguments["sasl_plain_username"] = settings.kafka_security_sasl_username
        arguments["sasl_plain_password"] = revealed(settings.kafka_security_sasl_password)
    return arguments


def database_tls(settings: ServiceSettings) -> ssl.SSLContext | None:
    """The TLS context for the database, or None for a plain connection."""
    if settings.database_tls == "disable":
        return None
    context = ssl.create_default_context(cafile=_text(settings.database_tls_ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = settings.database_tls == "verify-full"
    if settings.database_tls == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.database_tls_cert_file is not None:
        context.load_cert_chain(settings.database_tls_cert_file, settings.database_tls_key_file)
    return context


def _text(path: object) -> str | None:
    return None if path is None else str(path)
