"""Typed settings of a service, read once at start from the environment, `.env` and secret files.

A service's own class extends `ServiceSettings` with fields that begin with its name. A setting's name in the
environment is the field's name in capitals. Where a secret is wanted, `<NAME>_FILE` may name a file that holds it.
`DATABASE_URL_<SERVICE>` and `DATABASE_OWNER_URL_<SERVICE>` win over the names without a service.

`ServiceSettings.load` raises `SettingsError`, one sentence with the setting and the remedy, for anything missing,
unknown, malformed or unsafe (`chassis.safety` lists what is unsafe). Values are frozen; secrets never print.
"""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chassis import safety
from chassis.clock import Clock, SystemClock, VirtualClock
from chassis.ids import Ids, RandomIds, SeededIds
from chassis.settings_source import EnvironmentSource, SettingsError, sentence

Seconds = Annotated[float, Field(ge=0)]
Milliseconds = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
KafkaProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
TlsMode = Literal["disable", "require", "verify-ca", "verify-full"]


class ServiceSettings(BaseSettings):
    """What every service needs to know."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_file=".env", hide_input_in_errors=True, validate_default=True
    )
    service: ClassVar[str] = ""

    regua_env: Literal["development", "test", "production"] = Field(
        "production", description="development, test or production; production refuses whatever is unsafe"
    )
    regua_clock: str = Field("system", description="`system`, or `virtual:<path of the clock file>` outside production")
    regua_ids_seed: int | None = Field(None, description="a whole number: repeatable ids, outside production only")
    regua_debug: bool = Field(False, description="extra checks and texts for development")
    regua_testing_endpoints: bool = Field(False, description="serve the endpoints that only tests need")

    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database of the service role")
    database_owner_url: SecretStr | None = Field(
        None, description="the same for the role that owns the tables; needed by `migrate` only"
    )
    database_tls: TlsMode = Field("disable", description="disable, require, verify-ca or verify-full")
    database_tls_ca_file: Path | None = Field(None, description="PEM file with the CA of the database server")
    database_tls_cert_file: Path | None = Field(None, description="PEM file with the client certificate")
    database_tls_key_file: Path | None = Field(None, description="PEM file with the client key")
    database_pool_size: int = Field(10, ge=0, le=200, description="connections kept open")
    database_pool_overflow: int = Field(10, ge=0, le=200, description="connections beyond the pool in a rush")
    database_connect_timeout_seconds: Seconds = Field(10, description="seconds until a connection attempt gives up")
    database_statement_timeout_ms: Milliseconds = Field(15_000, description="longest statement of a request or batch")
    database_lock_timeout_ms: Milliseconds = Field(5_000, description="longest wait for a row lock")
    database_idle_transaction_timeout_ms: Milliseconds = Field(30_000, description="longest idle open transaction")
    database_synchronous_commit: Literal["on", "remote_apply", "remote_write", "local", "off"] = Field(
        "on", description="durability of a commit; leave `on`"
    )

    kafka_bootstrap: str = Field(description="host:port of one or more brokers, separated by commas")
    kafka_topic_prefix: str = Field("", description="put before every topic and group name on a shared cluster")
    kafka_security_protocol: KafkaProtocol = Field(
        "PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    kafka_security_ca_file: Path | None = Field(None, description="PEM file with the CA of the brokers")
    kafka_security_cert_file: Path | None = Field(None, description="PEM file with the client certificate")
    kafka_security_key_file: Path | None = Field(None, description="PEM file with the client key")
    kafka_security_key_password: SecretStr | None = Field(None, description="password of the client key")
    kafka_security_check_hostname: bool = Field(True, description="check the broker's name against its certificate")
    kafka_security_sasl_mechanism: SaslMechanism = Field(
        "SCRAM-SHA-512", description="SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN"
    )
    kafka_security_sasl_username: str | None = Field(None, description="SASL user name")
    kafka_security_sasl_password: SecretStr | None = Field(None, description="SASL password")
    kafka_acks: Literal["all", "1", "0"] = Field(
        "all", description="leave `all`: an event counts when every replica has it"
    )
    kafka_enable_idempotence: bool = Field(True, description="leave on: the producer never writes a record twice")
    kafka_enable_auto_commit: bool = Field(False, description="leave off: offsets follow the database commit")
    kafka_auto_offset_reset: Literal["earliest", "latest", "none"] = Field("earliest", description="leave `earliest`")
    kafka_session_timeout_ms: Milliseconds = Field(30_000, description="silence after which a member is taken for dead")
    kafka_heartbeat_interval_ms: Milliseconds = Field(3_000, description="pause between two signs of life")
    kafka_max_poll_interval_ms: Milliseconds = Field(300_000, description="longest work on one batch")
    kafka_request_timeout_ms: Milliseconds = Field(30_000, description="longest wait for a broker's answer")
    kafka_group_instance_id: str | None = Field(
        None, description="fixed member name for static membership (a StatefulSet)"
    )
    kafka_replication_factor: int = Field(
        3, ge=1, le=9, description="copies of each topic that start-up checks in production"
    )
    kafka_min_insync_replicas: int = Field(
        2, ge=1, le=9, description="copies that must acknowledge, checked in production"
    )

    workers: bool = Field(True, description="run relay, consumer and schedules beside the API")
    outbox_lanes: Count = Field(8, description="relay lanes; each is held by one relay at a time")
    outbox_limit: Count = Field(1_000_000, description="unsent events after which writes are refused with 503")
    relay_batch: Count = Field(5_000, description="events read from a lane at once")
    relay_age_limit_seconds: Seconds = Field(
        60, description="age of the oldest unsent event at which the service is not ready"
    )
    watermark_interval_seconds: Seconds | None = Field(
        None,
        description="pause between two statements of how far this service is; by default 1, or 0.1 in virtual time",
    )
    consumer_batch: Count = Field(500, description="events handled in one transaction")
    consumer_age_limit_seconds: Seconds = Field(
        300, description="age of the oldest unread event at which it is not ready"
    )
    consumer_max_starts: Count = Field(3, description="starts without an end after which an event is taken for deadly")
    consumer_parked_limit: Count = Field(100, description="parked keys at which a consumer stops and raises an alarm")
    consumer_retry_seconds: Seconds = Field(
        3_600, description="longest retry in place before a transient failure is parked"
    )

    http_host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 in a container")
    http_port: int = Field(8080, ge=0, le=65535, description="port of the API")
    http_operations_port: int | None = Field(
        None, ge=0, le=65535, description="own port for metrics and /internal; they stay off the API's port then"
    )
    http_max_body_bytes: Count = Field(1_048_576, description="largest request body in bytes")
    http_timeout_seconds: Seconds = Field(30, description="longest time for one request")
    http_grace_seconds: Seconds = Field(10, description="time to finish what runs when asked to stop")
    http_rate_per_minute: Count = Field(60_000, description="requests a minute for each principal and process")
    http_docs: bool | None = Field(None, description="serve the human page of the API at /docs; off in production")

    auth_api_key_pepper: SecretStr | None = Field(None, description="32 random bytes or more in base64 or hex")
    auth_jwt_issuer: str | None = Field(None, description="the `iss` that tokens must carry")
    auth_jwt_audience: str | None = Field(None, description="the `aud` that tokens must carry")
    auth_jwt_jwks_url: str | None = Field(None, description="https address of the issuer's JWKS")
    auth_jwt_algorithms: tuple[str, ...] = Field(("ES256", "RS256"), description="allowed algorithms, with commas")
    auth_jwt_max_age_seconds: Seconds = Field(900, description="longest life of a token")
    auth_jwt_leeway_seconds: Seconds = Field(60, description="tolerated difference between clocks")

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    log_format: Literal["json", "console"] = Field("json", description="json, or console on a developer's terminal")
    log_exception_texts: bool | None = Field(None, description="redacted exception texts in logs; never in production")
    trace_sample_ratio: float = Field(
        0.05, ge=0, le=1, description="share of traces kept; failed ones are kept as well"
    )
    trace_sql_parameters: bool = Field(False, description="leave off: parameters are personal data")

    @property
    def production(self) -> bool:
        return self.regua_env == "production"

    @property
    def watermark_interval(self) -> float:
        """Seconds between two watermarks: short where time stands still until it is moved."""
        if self.watermark_interval_seconds is not None:
            return self.watermark_interval_seconds
        return 1.0 if self.regua_clock == "system" else 0.1

    @property
    def docs(self) -> bool:
        """Whether /docs is served."""
        return not self.production if self.http_docs is None else self.http_docs

    @property
    def exception_texts(self) -> bool:
        """Whether (redacted) exception texts are logged."""
        return not self.production if self.log_exception_texts is None else self.log_exception_texts

    @field_validator("auth_jwt_algorithms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        for rule in safety.RULES:
            if rule.broken(self):
                raise PydanticCustomError("unsafe_setting", rule.sentence)
        return self

    def clock(self) -> Clock:
        """The one clock of the process; raises `chassis.clock.ClockError` when a virtual clock's file is not there."""
        if self.regua_clock == "system":
            return SystemClock()
        return VirtualClock(Path(self.regua_clock.removeprefix("virtual:")))

    def ids(self, clock: Clock) -> Ids:
        """The maker of ids: random, or seeded where REGUA_IDS_SEED asks for a repeatable run."""
        return RandomIds() if self.regua_ids_seed is None else SeededIds(self.regua_ids_seed, clock)

    @classmethod
    def load(cls, **values: Any) -> Self:
        """Read the settings; raises `SettingsError` with one sentence. `values` win over the environment."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(sentence(cls, error)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """One source of our own: it refuses unknown names, knows `_FILE` and the service's own database names."""
        return (init_settings, EnvironmentSource(settings_cls, cls.service))
