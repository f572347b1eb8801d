"""The sandbox in which templates run: they print and choose among a letter's facts, and can do nothing else.

Everything is compiled once. HTML is escaped; a name that does not exist is an error, never an empty place in a demand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from chassis.errors import Fault
from notifier.domain.letter import VARIABLES
from notifier.domain.texts import SMS_LIMIT_SEGMENTS, segments, to_gsm

PARTS: Final = ("subject", "text", "html", "short")
LONGEST_PART: Final = 20_000
LONGEST_SUBJECT: Final = 200

_TEXT = ImmutableSandboxedEnvironment(
    autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=0
)
_HTML = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=0
)
_FILTERS: Final = frozenset({"upper", "lower", "capitalize", "title", "trim", "length", "default"})
_ALLOWED_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.If, nodes.For,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Filter,
)  # fmt: skip


class RenderError(ValueError):
    """The template cannot be rendered with these facts; `code` is stable."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Document:
    """A template: the source of each of its parts."""

    subject: str
    text: str
    html: str
    short: str

    def part(self, name: str) -> str:
        """The source of a part."""
        return str(getattr(self, name))


@lru_cache(maxsize=4096)
def _compiled(source: str, is_html: bool) -> Any:
    return (_HTML if is_html else _TEXT).from_string(source)


def fill(source: str, facts: Mapping[str, Any], *, is_html: bool = False) -> str:
    """The source with the facts in it; raises `RenderError`."""
    try:
        return str(_compiled(source, is_html).render(facts))
    except (TemplateError, TypeError, ArithmeticError):
        raise RenderError("template_cannot_be_rendered") from None


def safe(html: str) -> Markup:
    """HTML of our own making, for use inside a part that escapes everything else."""
    return Markup(html)  # noqa: S704 - rendered by the escaping sandbox before


def subject_of(document: Document, facts: Mapping[str, Any]) -> str:
    """The subject on one line: a line break would begin another header."""
    return " ".join(fill(document.subject, facts).split())[:LONGEST_SUBJECT]


def short_of(document: Document, facts: Mapping[str, Any], *, channel: str) -> str:
    """The short text. An SMS gives up its payment code before it grows past two parts; raises `RenderError`."""
    if channel != "sms":
        return fill(document.short, facts).strip()
    for codes in (facts["codes"], ""):
        text = to_gsm(" ".join(fill(document.short, {**facts, "codes": codes}).split()))
        if segments(text) <= SMS_LIMIT_SEGMENTS:
            return text
    raise RenderError("sms_too_long")


def faults_in(document: Document) -> tuple[Fault, ...]:
    """What a part of the template may not do, each with its place; nothing is rendered."""
    found: list[Fault] = []
    for name in PARTS:
        source, place = document.part(name), f"/{name}"
        if not source.strip():
            found.append(Fault(place, "empty", "write this part: each channel needs its words"))
        elif len(source) > LONGEST_PART:
            found.append(Fault(place, "too_long", f"at most {LONGEST_PART} characters"))
        else:
            found.extend(_faults_in_part(source, place))
    return tuple(found)


def _faults_in_part(source: str, place: str) -> list[Fault]:
    try:
        tree = _TEXT.parse(source)
    except TemplateError as error:
        line = getattr(error, "lineno", 1)
        return [Fault(place, "syntax", f"line {line} cannot be read as a template")]
    found: list[Fault] = []
    bound = {target.name for loop in tree.find_all(nodes.For) for target in loop.find_all(nodes.Name)} - VARIABLES
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED_NODES):
            kind = type(node).__name__.lower()
            found.append(Fault(place, "not_allowed", f"line {node.lineno}: {kind} has no place in a template"))
        elif isinstance(node, nodes.Name) and node.name not in VARIABLES | bound:
            names = ", ".join(sorted(VARIABLES))
            found.append(Fault(place, "unknown_variable", f"line {node.lineno}: use one of {names}"))
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            found.append(
                Fault(place, "unknown_filter", f"line {node.lineno}: use one of {', '.join(sorted(_FILTERS))}")
            )
        elif isinstance(node, nodes.For) and not _loops_over_invoices(node):
            found.append(
                Fault(place, "not_allowed", f"line {node.lineno}: a loop goes over invoices, and not in another")
            )
    return found


def _loops_over_invoices(loop: nodes.For) -> bool:
    over_invoices = isinstance(loop.iter, nodes.Name) and loop.iter.name == "invoices"
    inner = [node for part in loop.body for node in part.find_all(nodes.For)]
    nested = inner or any(isinstance(part, nodes.For) for part in loop.body)
    return over_invoices and not nested and not loop.recursive
