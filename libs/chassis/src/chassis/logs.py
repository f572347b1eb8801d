"""Structured logs: one JSON object a line on standard output, redacted, with the trace they belong to.

The standard library's loggers (aiokafka, uvicorn, asyncpg, SQLAlchemy, alembic) pass through the same chain. An
exception is logged as its types and frames; its text, redacted, only where settings allow it. Context that belongs to
all lines of a request or batch is bound with `structlog.contextvars`.
"""

import logging
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from opentelemetry.trace import get_current_span
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.redaction import redact, redact_mapping

_QUIET: Final = (
    "aiokafka",
    "asyncio",
    "sqlalchemy",
    "asyncpg",
    "httpx",
    "httpcore",
    "httpx2",
    "alembic",
    "opentelemetry",
)
_KEPT: Final = frozenset({"timestamp", "level", "logger", "trace_id", "span_id", "service", "exception"})
_FRAMES: Final = 40


def ensure() -> None:
    """A safe default where nobody called `configure` (tests, commands): redacted lines into the standard loggers."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[*_shared("regua", texts=False), structlog.processors.JSONRenderer(ensure_ascii=False)],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=False,
        )


def _shared(service: str, *, texts: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Exceptions(texts=texts),
        _redact_event,
        _Identity(service),
    ]


def configure(
    *,
    service: str,
    level: str = "info",
    form: str = "json",
    exception_texts: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Set up logging for the process; calling it again replaces the earlier set-up."""
    shared = _shared(service, texts=exception_texts)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter(shared, form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
    logging.captureWarnings(capture=True)


def json_formatter(service: str, *, exception_texts: bool) -> logging.Formatter:
    """The formatter of `configure`, for handlers of one's own."""
    return formatter(_shared(service, texts=exception_texts), "json")


def formatter(shared: Sequence[Processor], form: str) -> structlog.stdlib.ProcessorFormatter:
    """The formatter that both structlog's and the standard library's records end in."""
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_own_exception_info, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def _own_exception_info(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take the exception from a standard record, so that its formatter cannot print the raw text."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.exc_info:
        event["exc_info"] = record.exc_info
        record.exc_info = None
        record.exc_text = None
    if record is not None:
        record.stack_info = None
    return event


class _Exceptions:
    """Replaces `exc_info` by a list of what happened: type, frames and, where allowed, the redacted text."""

    def __init__(self, *, texts: bool):
        self._texts = texts

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        info = event.pop("exc_info", None)
        error = _error_of(info)
        if error is not None:
            event["exception"] = list(_chain(error, texts=self._texts))
        event.pop("stack_info", None)
        return event


def _error_of(info: Any) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _chain(error: BaseException, *, texts: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(found) < 8:
        seen.add(id(current))
        entry: dict[str, Any] = {"type": f"{type(current).__module__}.{type(current).__qualname__}"}
        slug = getattr(current, "slug", None)
        if isinstance(slug, str):
            entry["slug"] = slug
        if texts:
            entry["text"] = redact(str(current))[:500]
        entry["frames"] = _frames(current.__traceback__)
        found.append(entry)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{code.co_name}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return frames[-_FRAMES:]


def _redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.pop("_record", None)
    from_structlog = event.pop("_from_structlog", None)
    kept = {key: event.pop(key) for key in tuple(event) if key in _KEPT}
    clean: EventDict = {**redact_mapping(event), **kept}
    if record is not None:
        clean["_record"] = record
    if from_structlog is not None:
        clean["_from_structlog"] = from_structlog
    return clean


class _Identity:
    """Adds the service and the trace; both are ours, so they are added after redaction."""

    def __init__(self, service: str):
        self._service = service

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = self._service
        context = get_current_span().get_span_context()
        if context.is_valid:
            event["trace_id"] = f"{context.trace_id:032x}"
            event["span_id"] = f"{context.span_id:016x}"
        return event
