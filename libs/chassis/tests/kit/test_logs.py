"""What leaves the process in a log line: structured, with its trace, and never a person or a secret."""

import io
import json
import logging
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider

from chassis import logs
from chassis.redaction import redact, redact_value

PERSONAL = {
    "CPF": "529.982.247-25",
    "CPF in digits": "52998224725",
    "CPF after a letter": "cpf52998224725",
    "CPF with odd separators": "529 982 247 25",
    "CNPJ": "11.222.333/0001-81",
    "CNPJ in digits": "11222333000181",
    "CNPJ with letters": "12.ABC.345/01DE-35",
    "CNPJ with letters, bare": "12ABC34501DE35",
    "e-mail": "maria.silva+boleto@example.com.br",
    "e-mail in a query": "maria.silva%40example.com",
    "mobile": "(11) 91234-5678",
    "mobile in digits": "11912345678",
    "mobile international": "+55 11 91234-5678",
    "mobile E.164": "+5511912345678",
    "mobile without area": "91234-5678",
    "landline": "(11) 3123-4567",
    "card": "4111 1111 1111 1111",
    "card in digits": "4111111111111111",
    "digitable line": "34191.79001 01043.510047 91020.150008 5 91070026000",
    "API key": "rk_live_0123456789abcdef01234567_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
    "bearer": "Bearer abcdefghijk.lmnop",
    "basic": "Basic dXNlcjpwYXNzd29yZA==",
    "JWT": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
    "webhook secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "password in an address": "postgresql://app:hunter2hunter@db:5432/x",
    "password in text": "password=hunter2hunter",
    "secret in JSON": '"client_secret": "hunter2hunter"',
}
HARMLESS = [
    "01930000-0000-7000-8000-00000000000a",
    "2026-11-23T08:44:12.123456Z",
    "2026-11-23 08:44:12,123",
    "2026-11-23",
    "127.0.0.1:9092",
    "192.168.100.200",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "partition 3 offset 123456",
    "invoice.issued took 12.5 ms, 500 records",
    "aiokafka 0.14.0",
]


@pytest.mark.parametrize("kind", PERSONAL)
@pytest.mark.parametrize("frame", ["{}", "debtor {} said no", '{{"x":"{}"}}', "[{}]", "a,{},b", "a\n{}\nb"])
def test_what_is_personal_or_secret_disappears(kind, frame):
    text = redact(frame.format(PERSONAL[kind]))
    assert PERSONAL[kind] not in text
    assert "hunter2" not in text
    assert "[" in text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text):
    assert redact(text) == text
    assert redact(f"at {text} done") == f"at {text} done"


@given(st.integers(10**10, 10**14 - 1), st.sampled_from([" ", ":", "=", "/", "", "("]))
def test_no_long_number_survives_wherever_it_stands(number, before):
    assert str(number) not in redact(f"x{before}{number} y")


@given(st.text(max_size=200))
def test_any_text_can_be_redacted_and_redacting_twice_changes_nothing(text):
    once = redact(text)
    assert redact(once) == once


@given(
    st.recursive(
        st.one_of(st.none(), st.text(max_size=9), st.integers(), st.binary(max_size=4)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=20,
    )
)
def test_any_value_can_be_redacted_into_json(value):
    json.dumps(redact_value(value))


def test_names_that_say_so_hide_their_value_and_objects_become_text():
    seen = redact_value({"email": "x", "Authorization": "y", "debtor_cpf": 1, "count": 3, "nested": [{"phone": "z"}]})
    assert seen == {
        "email": "[redacted]",
        "Authorization": "[redacted]",
        "debtor_cpf": "[redacted]",
        "count": 3,
        "nested": [{"phone": "[redacted]"}],
    }
    assert redact_value(UUID(int=5)) == str(UUID(int=5))
    assert redact_value(b"52998224725") == "[11 bytes]"
    assert redact_value(52998224725) == "[number]"
    assert redact_value(ValueError("to maria@example.com")) == "to [email]"


@pytest.fixture
def lines():
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.configure(service="notes", level="info", exception_texts=True, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def test_every_line_is_one_json_object_with_service_level_and_time(lines):
    structlog.get_logger("x").info("hello", count=3)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "hello", "count": 3, "level": "info", "logger": "x", "service": "notes"}


@pytest.mark.parametrize(
    "name", ["aiokafka.consumer", "uvicorn.error", "asyncpg", "sqlalchemy.engine", "alembic", "any.other"]
)
def test_the_libraries_loggers_pass_through_the_same_chain(lines, name):
    for kind, text in PERSONAL.items():
        logging.getLogger(name).warning("%s is %s", kind, text)
    seen = json.dumps(lines())
    assert len(lines()) == len(PERSONAL)
    for text in PERSONAL.values():
        assert text not in seen


def test_an_exceptions_text_is_redacted_in_its_whole_chain(lines):
    try:
        try:
            raise ValueError(PERSONAL["CPF"])  # noqa: TRY301
        except ValueError as inner:
            raise RuntimeError(PERSONAL["e-mail"]) from inner
    except RuntimeError:
        logging.getLogger("stdlib").exception("failed")
        structlog.get_logger("own").exception("failed")
    for line in lines():
        assert [one["type"] for one in line["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
        assert [one["text"] for one in line["exception"]] == ["[email]", "[number]"]
        assert "test_logs" in line["exception"][0]["frames"][0]


def test_in_production_an_exceptions_text_is_not_there_at_all():
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        logs.configure(service="notes", exception_texts=False, stream=stream)
        try:
            raise ValueError("Maria owes 12 reais")  # noqa: TRY301
        except ValueError:
            logging.getLogger("stdlib").exception("failed")
    finally:
        root.handlers = before
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
    assert "Maria" not in stream.getvalue()
    assert json.loads(stream.getvalue())["exception"][0]["type"] == "builtins.ValueError"


def test_a_line_inside_a_span_carries_its_trace(lines):
    tracer = TracerProvider().get_tracer("t")
    with tracer.start_as_current_span("work") as span:
        structlog.get_logger("own").info("in it")
        logging.getLogger("aiokafka").warning("in it")
    wanted = f"{span.get_span_context().trace_id:032x}"
    assert [line["trace_id"] for line in lines()] == [wanted, wanted]


def test_context_bound_to_a_request_is_on_its_lines_and_redacted(lines):
    with structlog.contextvars.bound_contextvars(principal="key:abc", note=PERSONAL["mobile"]):
        logging.getLogger("stdlib").warning("x")
    (line,) = lines()
    assert (line["principal"], line["note"]) == ("key:abc", "[number]")
