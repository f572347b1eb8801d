"""Settings: read once, typed; whatever is missing, unknown or unsafe stops the start with one sentence."""

import pytest

from chassis import preflight, safety
from chassis.settings import ServiceSettings
from chassis.settings_source import SettingsError

PEPPER = "q7Vt0mX3eJ9sZkR2uYb8NfLc5HgWpTdA1oEiKxSvCwU="
SAFE = {
    "REGUA_ENV": "production",
    "DATABASE_URL": "postgresql://notes_app:s3cr3t-of-the-role@db.internal:5432/notes",
    "DATABASE_TLS": "verify-full",
    "KAFKA_BOOTSTRAP": "kafka.internal:9093",
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SECURITY_SASL_USERNAME": "notes",
    "KAFKA_SECURITY_SASL_PASSWORD": "sasl-Passw0rd-of-notes",
    "HTTP_OPERATIONS_PORT": "9090",
    "AUTH_API_KEY_PEPPER": PEPPER,
    "AUTH_JWT_ISSUER": "https://issuer.example.com",
    "AUTH_JWT_AUDIENCE": "regua-notes",
    "AUTH_JWT_JWKS_URL": "https://issuer.example.com/jwks",
}
DEVELOPMENT = {
    "REGUA_ENV": "development",
    "DATABASE_URL": "postgresql://notes_app@127.0.0.1/notes",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
}

UNSAFE = {
    "clock of an unknown kind": {"REGUA_CLOCK": "virtual"},
    "virtual clock in production": {"REGUA_CLOCK": "virtual:/tmp/clock"},
    "seeded ids in production": {"REGUA_IDS_SEED": "7"},
    "debug in production": {"REGUA_DEBUG": "true"},
    "testing endpoints in production": {"REGUA_TESTING_ENDPOINTS": "true"},
    "plaintext Kafka in production": {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"},
    "broker certificate not checked": {"KAFKA_SECURITY_CHECK_HOSTNAME": "false"},
    "SASL without credentials": {"KAFKA_SECURITY_SASL_PASSWORD": None},
    "client key without certificate": {"KAFKA_SECURITY_KEY_FILE": "/run/secrets/key.pem"},
    "acks other than all": {"KAFKA_ACKS": "1"},
    "producer not idempotent": {"KAFKA_ENABLE_IDEMPOTENCE": "false"},
    "automatic offset commit": {"KAFKA_ENABLE_AUTO_COMMIT": "true"},
    "offset reset skips events": {"KAFKA_AUTO_OFFSET_RESET": "latest"},
    "session timeout too short": {"KAFKA_SESSION_TIMEOUT_MS": "5999"},
    "heartbeat too slow for the session": {"KAFKA_HEARTBEAT_INTERVAL_MS": "20000"},
    "poll interval below the session": {"KAFKA_MAX_POLL_INTERVAL_MS": "10000"},
    "no broker timeout": {"KAFKA_REQUEST_TIMEOUT_MS": "0"},
    "one copy of each topic": {"KAFKA_REPLICATION_FACTOR": "1"},
    "acknowledged by one copy": {"KAFKA_MIN_INSYNC_REPLICAS": "1"},
    "database address unusable": {"DATABASE_URL": "mysql://notes_app@db/notes"},
    "owner role used by the service": {"DATABASE_OWNER_URL": "postgresql://notes_app:x@db.internal/notes"},
    "superuser used by the service": {"DATABASE_URL": "postgresql://postgres:x@db.internal/notes"},
    "database without TLS in production": {"DATABASE_TLS": "require"},
    "database password missing in production": {"DATABASE_URL": "postgresql://notes_app@db.internal/notes"},
    "commits not durable": {"DATABASE_SYNCHRONOUS_COMMIT": "off"},
    "no database timeout": {"DATABASE_STATEMENT_TIMEOUT_MS": "0"},
    "empty pool": {"DATABASE_POOL_SIZE": "1"},
    "no lanes": {"OUTBOX_LANES": "0"},
    "outbox without limit": {"OUTBOX_LIMIT": "0"},
    "empty batches": {"CONSUMER_BATCH": "0"},
    "no end to deadly events": {"CONSUMER_MAX_STARTS": "0"},
    "staleness never noticed": {"RELAY_AGE_LIMIT_SECONDS": "0"},
    "no time for transient failures": {"CONSUMER_RETRY_SECONDS": "0"},
    "body limit": {"HTTP_MAX_BODY_BYTES": "67108865"},
    "request time limit": {"HTTP_TIMEOUT_SECONDS": "0"},
    "stop time": {"HTTP_GRACE_SECONDS": "0"},
    "no request budget": {"HTTP_RATE_PER_MINUTE": "0"},
    "docs in production": {"HTTP_DOCS": "true"},
    "metrics on the public port": {"HTTP_OPERATIONS_PORT": "8080"},
    "pepper missing in production": {"AUTH_API_KEY_PEPPER": None},
    "pepper guessable": {"AUTH_API_KEY_PEPPER": "change-me-change-me-change-me-change-me-change-me"},
    "tokens half configured": {"AUTH_JWT_AUDIENCE": None},
    "symmetric token algorithm": {"AUTH_JWT_ALGORITHMS": "ES256,HS256"},
    "keys fetched without TLS": {"AUTH_JWT_JWKS_URL": "http://issuer.example.com/jwks"},
    "token life": {"AUTH_JWT_MAX_AGE_SECONDS": "901"},
    "exception texts logged in production": {"LOG_EXCEPTION_TEXTS": "true"},
    "debug logs in production": {"LOG_LEVEL": "debug"},
    "SQL parameters traced": {"TRACE_SQL_PARAMETERS": "true"},
}
IN_DEVELOPMENT_TOO = {rule for rule in UNSAFE if "production" not in rule} - {
    "broker certificate not checked",
    "one copy of each topic",
    "acknowledged by one copy",
    "metrics on the public port",
}


class NotesSettings(ServiceSettings):
    service = "notes"
    notes_page_limit: int = 10


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch, tmp_path):
    for name in ("REGUA_TEST_KEEP", "REGUA_HOME", "DATABASE_URL", "KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch, values):
    for name, value in values.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return NotesSettings.load()


def refused(monkeypatch, values):
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, values)
    return str(caught.value)


def test_every_rule_has_a_test_and_every_test_a_rule():
    assert {rule.name for rule in safety.RULES} == set(UNSAFE)
    assert len(UNSAFE) >= 25
    assert len(UNSAFE) >= 25


def test_a_safe_production_set_is_accepted(monkeypatch):
    settings = load(monkeypatch, SAFE)
    assert settings.production
    assert not settings.docs
    assert not settings.exception_texts


@pytest.mark.parametrize("name", UNSAFE)
def test_each_unsafe_value_stops_the_start_with_its_own_sentence(monkeypatch, name):
    sentence = refused(monkeypatch, SAFE | UNSAFE[name])
    wanted = {rule.name: rule.sentence for rule in safety.RULES}[name]
    assert sentence == wanted
    assert sentence.count("\n") == 0


@pytest.mark.parametrize("name", sorted(IN_DEVELOPMENT_TOO - {"tokens half configured"}))
def test_what_is_never_safe_is_refused_in_development_too(monkeypatch, name):
    values = {key: value for key, value in UNSAFE[name].items() if value is not None}
    if name == "SASL without credentials":
        values = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    base = DEVELOPMENT | ({"AUTH_JWT_ISSUER": "i", "AUTH_JWT_AUDIENCE": "a"} if "AUTH_JWT_JWKS_URL" in values else {})
    assert refused(monkeypatch, base | values) == {rule.name: rule.sentence for rule in safety.RULES}[name]


def test_a_developer_needs_two_settings_only(monkeypatch):
    settings = load(monkeypatch, DEVELOPMENT)
    assert settings.docs
    assert settings.kafka_topic_prefix == ""


def test_the_environment_wins_over_the_file_and_init_over_both(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("HTTP_PORT=1111\nLOG_LEVEL=warning\n")
    monkeypatch.setenv("HTTP_PORT", "2222")
    settings = load(monkeypatch, DEVELOPMENT)
    assert (settings.http_port, settings.log_level) == (2222, "warning")
    assert NotesSettings.load(http_port=3333).http_port == 3333


def test_the_services_own_database_names_win(monkeypatch):
    own = "postgresql://own@127.0.0.1/own"
    settings = load(monkeypatch, DEVELOPMENT | {"DATABASE_URL_NOTES": own})
    assert settings.database_url.get_secret_value() == own


def test_a_secret_can_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "pepper").write_text(PEPPER + "\n")
    settings = load(
        monkeypatch, SAFE | {"AUTH_API_KEY_PEPPER": None, "AUTH_API_KEY_PEPPER_FILE": str(tmp_path / "pepper")}
    )
    assert settings.auth_api_key_pepper.get_secret_value() == PEPPER


def test_a_secret_file_that_is_not_there_is_named_without_its_path(monkeypatch):
    sentence = refused(monkeypatch, SAFE | {"AUTH_API_KEY_PEPPER": None, "AUTH_API_KEY_PEPPER_FILE": "/nowhere/pepper"})
    assert sentence.startswith("AUTH_API_KEY_PEPPER_FILE names a file that cannot be read")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("REGUA_CLOK", "did you mean REGUA_CLOCK?"),
        ("NOTES_PAGE_LIMITS", "did you mean NOTES_PAGE_LIMIT?"),
        ("KAFKA_SECURITY_PROTOKOL", "did you mean KAFKA_SECURITY_PROTOCOL?"),
        ("DATABASE_TLS_MODE_OF_OLD", "remove it, or correct its name"),
        ("AUTH_JWT_ISUER", "did you mean AUTH_JWT_ISSUER?"),
    ],
)
def test_an_unknown_name_of_ours_stops_the_start(monkeypatch, name, hint):
    sentence = refused(monkeypatch, DEVELOPMENT | {name: "x"})
    assert sentence.startswith(f"{name} is not a setting of this service: ")
    assert name.startswith("DATABASE_TLS") or sentence.endswith(hint)


def test_names_of_others_are_left_alone(monkeypatch):
    others = {
        "REGUA_HOME": "/x",
        "REGUA_TEST_STACK": "containers",
        "NOTES_SERVICE_HOST": "10.0.0.1",
        "NOTES_PORT_80_TCP": "x",
    }
    load(monkeypatch, DEVELOPMENT | others | {"KAFKA_HEAP_OPTS": "-Xmx1g", "INVOICING_X": "1"})


def test_a_missing_setting_is_named_with_what_it_wants(monkeypatch):
    sentence = refused(monkeypatch, {"REGUA_ENV": "development", "KAFKA_BOOTSTRAP": "127.0.0.1:9092"})
    assert sentence.startswith("DATABASE_URL is missing: set it to postgresql://")


def test_a_wrong_value_is_never_repeated(monkeypatch):
    sentence = refused(monkeypatch, DEVELOPMENT | {"HTTP_PORT": "hunter2-secret"})
    assert sentence.startswith("HTTP_PORT cannot be used")
    assert "hunter2" not in sentence


def test_secrets_are_in_no_repr_and_no_dump(monkeypatch):
    settings = load(monkeypatch, SAFE)
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        for secret in (PEPPER, "s3cr3t-of-the-role", "sasl-Passw0rd-of-notes"):
            assert secret not in text


def test_settings_are_frozen(monkeypatch):
    with pytest.raises(ValueError, match="frozen"):
        load(monkeypatch, DEVELOPMENT).http_port = 1


GOOD_DATABASE = preflight.DatabaseFacts(
    fsync="on",
    full_page_writes="on",
    synchronous_commit="on",
    server_version=160_004,
    superuser=False,
    bypasses_row_security=False,
    owns_tables=0,
    may_create=False,
)
BAD_DATABASE = {
    "fsync off": {"fsync": "off"},
    "full_page_writes off": {"full_page_writes": "off"},
    "synchronous_commit off": {"synchronous_commit": "off"},
    "server too old": {"server_version": 140_000},
    "superuser role": {"superuser": True},
    "role bypasses row-level security": {"bypasses_row_security": True},
    "role owns tables": {"owns_tables": 1},
    "role may create tables": {"may_create": True},
}
GOOD_BROKER = preflight.BrokerFacts(replication_factor=3, min_insync_replicas=2, unclean_leader_election=False)
BAD_BROKER = {
    "one copy": {"replication_factor": 1},
    "acknowledged by one": {"min_insync_replicas": 1},
    "unclean election": {"unclean_leader_election": True},
}


def test_every_fact_rule_has_a_test():
    assert {rule.name for rule in preflight.DATABASE_RULES} == set(BAD_DATABASE)
    assert {rule.name for rule in preflight.BROKER_RULES} == set(BAD_BROKER)


@pytest.mark.parametrize("name", BAD_DATABASE)
def test_an_unsafe_database_is_refused(name):
    from dataclasses import replace

    preflight.judge(preflight.DATABASE_RULES, GOOD_DATABASE, production=True)
    with pytest.raises(SettingsError) as caught:
        preflight.judge(preflight.DATABASE_RULES, replace(GOOD_DATABASE, **BAD_DATABASE[name]), production=True)
    assert str(caught.value) == {rule.name: rule.sentence for rule in preflight.DATABASE_RULES}[name]


@pytest.mark.parametrize("name", BAD_BROKER)
def test_an_unsafe_broker_is_refused_in_production_only(name):
    from dataclasses import replace

    bad = replace(GOOD_BROKER, **BAD_BROKER[name])
    preflight.judge(preflight.BROKER_RULES, GOOD_BROKER, production=True)
    preflight.judge(preflight.BROKER_RULES, bad, production=False)
    with pytest.raises(SettingsError):
        preflight.judge(preflight.BROKER_RULES, bad, production=True)
