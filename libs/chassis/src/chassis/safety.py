"""Unsafe settings, as data: each rule refuses one combination at start, with one sentence that names the remedy.

The broker's and the database's own settings are judged by `chassis.preflight`; here is what the service is told.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from chassis.settings import ServiceSettings

ASYMMETRIC = frozenset({"ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed25519"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PLACEHOLDER = re.compile(
    r"change|placeholder|example|secret|pepper|password|default|todo|xxxx|1234|abcd", re.IGNORECASE
)
_SESSION_FLOOR_MS = 6_000
_BODY_CEILING = 64 * 1024 * 1024


@dataclass(frozen=True)
class Rule:
    """`broken` says whether the settings are unsafe in this way; `sentence` names the setting and the remedy."""

    name: str
    broken: Callable[["ServiceSettings"], bool]
    sentence: str


def _weak_secret(text: str) -> bool:
    """Less than 256 bits of something that looks random."""
    if _PLACEHOLDER.search(text) or len(set(text)) < 12:
        return True
    for decode in (bytes.fromhex, _base64):
        try:
            return len(decode(text)) < 32
        except (ValueError, binascii.Error):
            continue
    return len(text.encode()) < 43


def _base64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _jwt_parts(s: "ServiceSettings") -> tuple[str | None, ...]:
    return (s.auth_jwt_issuer, s.auth_jwt_audience, s.auth_jwt_jwks_url)


def _password(url: str) -> str | None:
    return urlsplit(url).password


def _user(url: str) -> str | None:
    return urlsplit(url).username


def _database_host(s: "ServiceSettings") -> str:
    return urlsplit(s.database_url.get_secret_value()).hostname or ""


def _timeouts(s: "ServiceSettings") -> tuple[float, ...]:
    return (
        s.database_connect_timeout_seconds,
        s.database_statement_timeout_ms,
        s.database_lock_timeout_ms,
        s.database_idle_transaction_timeout_ms,
    )


RULES: tuple[Rule, ...] = (
    # time and repeatability
    Rule(
        "clock of an unknown kind",
        lambda s: s.regua_clock != "system" and not s.regua_clock.startswith("virtual:/"),
        "REGUA_CLOCK must be `system` or `virtual:` with the absolute path of a clock file",
    ),
    Rule(
        "virtual clock in production",
        lambda s: s.production and s.regua_clock != "system",
        "REGUA_CLOCK must be `system` in production: remove it",
    ),
    Rule(
        "seeded ids in production",
        lambda s: s.production and s.regua_ids_seed is not None,
        "REGUA_IDS_SEED makes ids guessable and repeated: remove it in production",
    ),
    Rule(
        "debug in production",
        lambda s: s.production and s.regua_debug,
        "REGUA_DEBUG must be off in production: remove it",
    ),
    Rule(
        "testing endpoints in production",
        lambda s: s.production and s.regua_testing_endpoints,
        "REGUA_TESTING_ENDPOINTS must be off in production: remove it",
    ),
    # Kafka
    Rule(
        "plaintext Kafka in production",
        lambda s: s.production and s.kafka_security_protocol in {"PLAINTEXT", "SASL_PLAINTEXT"},
        "KAFKA_SECURITY_PROTOCOL must be SSL or SASL_SSL in production, with KAFKA_SECURITY_CA_FILE",
    ),
    Rule(
        "broker certificate not checked",
        lambda s: s.production and not s.kafka_security_check_hostname,
        "KAFKA_SECURITY_CHECK_HOSTNAME must stay on in production: give the brokers certificates with their names",
    ),
    Rule(
        "SASL without credentials",
        lambda s: (
            s.kafka_security_protocol.startswith("SASL")
            and not (s.kafka_security_sasl_username and s.kafka_security_sasl_password)
        ),
        "KAFKA_SECURITY_SASL_USERNAME and KAFKA_SECURITY_SASL_PASSWORD must both be set for a SASL protocol",
    ),
    Rule(
        "client key without certificate",
        lambda s: (s.kafka_security_cert_file is None) != (s.kafka_security_key_file is None),
        "KAFKA_SECURITY_CERT_FILE and KAFKA_SECURITY_KEY_FILE must be set together or not at all",
    ),
    Rule(
        "acks other than all",
        lambda s: s.kafka_acks != "all",
        "KAFKA_ACKS must be `all`, or an acknowledged event can be lost",
    ),
    Rule(
        "producer not idempotent",
        lambda s: not s.kafka_enable_idempotence,
        "KAFKA_ENABLE_IDEMPOTENCE must stay on, or a retry writes an event twice and out of order",
    ),
    Rule(
        "automatic offset commit",
        lambda s: s.kafka_enable_auto_commit,
        "KAFKA_ENABLE_AUTO_COMMIT must stay off, or an event is marked as read before its effect is stored",
    ),
    Rule(
        "offset reset skips events",
        lambda s: s.kafka_auto_offset_reset != "earliest",
        "KAFKA_AUTO_OFFSET_RESET must be `earliest`, or a new or forgotten group skips events silently",
    ),
    Rule(
        "session timeout too short",
        lambda s: s.kafka_session_timeout_ms < _SESSION_FLOOR_MS,
        "KAFKA_SESSION_TIMEOUT_MS must be 6000 or more: shorter sessions rebalance the group at every hiccup",
    ),
    Rule(
        "heartbeat too slow for the session",
        lambda s: s.kafka_heartbeat_interval_ms == 0 or s.kafka_heartbeat_interval_ms * 3 > s.kafka_session_timeout_ms,
        "KAFKA_HEARTBEAT_INTERVAL_MS must be above 0 and at most a third of KAFKA_SESSION_TIMEOUT_MS",
    ),
    Rule(
        "poll interval below the session",
        lambda s: s.kafka_max_poll_interval_ms < s.kafka_session_timeout_ms,
        "KAFKA_MAX_POLL_INTERVAL_MS must not be below KAFKA_SESSION_TIMEOUT_MS",
    ),
    Rule(
        "no broker timeout",
        lambda s: s.kafka_request_timeout_ms == 0,
        "KAFKA_REQUEST_TIMEOUT_MS must be above 0, or a silent broker stops the service for ever",
    ),
    Rule(
        "one copy of each topic",
        lambda s: s.production and s.kafka_replication_factor < 3,
        "KAFKA_REPLICATION_FACTOR must be 3 or more in production",
    ),
    Rule(
        "acknowledged by one copy",
        lambda s: s.production and s.kafka_min_insync_replicas < 2,
        "KAFKA_MIN_INSYNC_REPLICAS must be 2 or more in production",
    ),
    # database
    Rule(
        "database address unusable",
        lambda s: (
            urlsplit(s.database_url.get_secret_value()).scheme not in {"postgresql", "postgresql+asyncpg"}
            or not _user(s.database_url.get_secret_value())
        ),
        "DATABASE_URL must look like postgresql://role:password@host:port/database",
    ),
    Rule(
        "owner role used by the service",
        lambda s: (
            s.database_owner_url is not None
            and _user(s.database_owner_url.get_secret_value()) == _user(s.database_url.get_secret_value())
        ),
        "DATABASE_URL must name a role that owns nothing, another than DATABASE_OWNER_URL's",
    ),
    Rule(
        "superuser used by the service",
        lambda s: _user(s.database_url.get_secret_value()) == "postgres",
        "DATABASE_URL must not name the superuser postgres: create the service's role with `migrate`",
    ),
    Rule(
        "database without TLS in production",
        lambda s: s.production and s.database_tls != "verify-full" and _database_host(s) not in _LOOPBACK,
        "DATABASE_TLS must be verify-full in production, with DATABASE_TLS_CA_FILE",
    ),
    Rule(
        "database password missing in production",
        lambda s: (
            s.production and not _password(s.database_url.get_secret_value()) and s.database_tls_cert_file is None
        ),
        "DATABASE_URL must carry a password in production, or DATABASE_TLS_CERT_FILE name a client certificate",
    ),
    Rule(
        "commits not durable",
        lambda s: s.database_synchronous_commit not in {"on", "remote_apply"},
        "DATABASE_SYNCHRONOUS_COMMIT must be `on` or `remote_apply`, or an acknowledged payment can be lost",
    ),
    Rule(
        "no database timeout",
        lambda s: 0 in _timeouts(s),
        "DATABASE_CONNECT_TIMEOUT_SECONDS, DATABASE_STATEMENT_TIMEOUT_MS, DATABASE_LOCK_TIMEOUT_MS and "
        "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS must be above 0",
    ),
    Rule("empty pool", lambda s: s.database_pool_size < 2, "DATABASE_POOL_SIZE must be 2 or more"),
    # delivery
    Rule("no lanes", lambda s: not 1 <= s.outbox_lanes <= 64, "OUTBOX_LANES must be between 1 and 64"),
    Rule(
        "outbox without limit",
        lambda s: s.outbox_limit == 0,
        "OUTBOX_LIMIT must be above 0: it is what keeps a long outage of Kafka from filling the disk",
    ),
    Rule(
        "empty batches",
        lambda s: not 1 <= s.consumer_batch <= 10_000 or not 1 <= s.relay_batch <= 50_000,
        "CONSUMER_BATCH must be between 1 and 10000 and RELAY_BATCH between 1 and 50000",
    ),
    Rule(
        "no end to deadly events",
        lambda s: s.consumer_max_starts == 0 or s.consumer_parked_limit == 0,
        "CONSUMER_MAX_STARTS and CONSUMER_PARKED_LIMIT must be above 0",
    ),
    Rule(
        "staleness never noticed",
        lambda s: s.relay_age_limit_seconds == 0 or s.consumer_age_limit_seconds == 0,
        "RELAY_AGE_LIMIT_SECONDS and CONSUMER_AGE_LIMIT_SECONDS must be above 0",
    ),
    Rule(
        "no time for transient failures",
        lambda s: s.consumer_retry_seconds < 1,
        "CONSUMER_RETRY_SECONDS must be 1 or more, or every short outage parks keys",
    ),
    # HTTP
    Rule(
        "body limit",
        lambda s: not 1 <= s.http_max_body_bytes <= _BODY_CEILING,
        "HTTP_MAX_BODY_BYTES must be between 1 and 67108864 (64 MiB)",
    ),
    Rule(
        "request time limit",
        lambda s: not 0 < s.http_timeout_seconds <= 300,
        "HTTP_TIMEOUT_SECONDS must be above 0 and at most 300; longer work is an operation resource",
    ),
    Rule(
        "stop time",
        lambda s: not 0 < s.http_grace_seconds <= 60,
        "HTTP_GRACE_SECONDS must be above 0 and at most 60",
    ),
    Rule("no request budget", lambda s: s.http_rate_per_minute == 0, "HTTP_RATE_PER_MINUTE must be above 0"),
    Rule(
        "docs in production",
        lambda s: s.production and bool(s.http_docs),
        "HTTP_DOCS must be off in production: remove it",
    ),
    Rule(
        "metrics on the public port",
        lambda s: s.production and (s.http_operations_port is None or s.http_operations_port == s.http_port),
        "HTTP_OPERATIONS_PORT must be set in production, to another port than HTTP_PORT, and stay inside the cluster",
    ),
    # credentials
    Rule(
        "pepper missing in production",
        lambda s: s.production and s.auth_api_key_pepper is None,
        "AUTH_API_KEY_PEPPER is missing: set it to 32 random bytes in base64 (openssl rand -base64 32)",
    ),
    Rule(
        "pepper guessable",
        lambda s: s.auth_api_key_pepper is not None and _weak_secret(s.auth_api_key_pepper.get_secret_value()),
        "AUTH_API_KEY_PEPPER is short or a placeholder: set it to 32 random bytes in base64 (openssl rand -base64 32)",
    ),
    Rule(
        "tokens half configured",
        lambda s: any(_jwt_parts(s)) and not all(_jwt_parts(s)),
        "AUTH_JWT_ISSUER, AUTH_JWT_AUDIENCE and AUTH_JWT_JWKS_URL must be set together or not at all",
    ),
    Rule(
        "symmetric token algorithm",
        lambda s: not s.auth_jwt_algorithms or not set(s.auth_jwt_algorithms) <= ASYMMETRIC,
        "AUTH_JWT_ALGORITHMS may only name ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512 and Ed25519",
    ),
    Rule(
        "keys fetched without TLS",
        lambda s: (
            s.auth_jwt_jwks_url is not None
            and not s.auth_jwt_jwks_url.startswith("https://")
            and (s.production or urlsplit(s.auth_jwt_jwks_url).hostname not in _LOOPBACK)
        ),
        "AUTH_JWT_JWKS_URL must begin with https://",
    ),
    Rule(
        "token life",
        lambda s: not 0 < s.auth_jwt_max_age_seconds <= 900 or s.auth_jwt_leeway_seconds > 60,
        "AUTH_JWT_MAX_AGE_SECONDS must be above 0 and at most 900, AUTH_JWT_LEEWAY_SECONDS at most 60",
    ),
    # what leaves the process
    Rule(
        "exception texts logged in production",
        lambda s: s.production and bool(s.log_exception_texts),
        "LOG_EXCEPTION_TEXTS must be off in production: texts of drivers quote personal data",
    ),
    Rule(
        "debug logs in production",
        lambda s: s.production and s.log_level == "debug",
        "LOG_LEVEL must be info or higher in production: libraries print payloads at debug",
    ),
    Rule(
        "SQL parameters traced",
        lambda s: s.trace_sql_parameters,
        "TRACE_SQL_PARAMETERS must be off: parameters are personal data",
    ),
)
