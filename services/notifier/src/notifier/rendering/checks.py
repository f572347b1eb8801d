"""Whether a template may be published: it reaches for nothing else, can be rendered, and names the supplier."""

from collections.abc import Iterator
from itertools import product

from chassis.errors import Fault
from contracts.fields import Channel
from notifier.domain.texts import (
    Language,
    address_line,
    short_supplier_line,
    tax_id,
    to_gsm,
)
from notifier.rendering import samples
from notifier.rendering.engine import Document, RenderError, faults_in
from notifier.rendering.letters import Addresses, compose

_NOWHERE = Addresses(link=lambda index: f"https://example.com/c/{index}", pixel="", unsubscribe="https://example.com/u")
_CHANNELS: tuple[tuple[Channel, str], ...] = (("email", "/html"), ("sms", "/short"), ("whatsapp", "/short"))


def faults(document: Document, language: Language) -> tuple[Fault, ...]:
    """Everything that stops the template from being published, each with its place; empty means that it may be."""
    return faults_in(document) or tuple(dict.fromkeys(_tried(document, language)))


def _tried(document: Document, language: Language) -> Iterator[Fault]:
    for count, late, (channel, place) in product((1, 3), (False, True), _CHANNELS):
        try:
            letter = compose(
                document,
                samples.quotes(count, late=late),
                samples.RECIPIENT,
                language=language,
                channel=channel,
                addresses=_NOWHERE,
            )
        except RenderError as error:
            remedy = {
                "sms_too_long": "shorten it: with long names it must fit into two SMS parts (306 plain characters)",
            }.get(error.code, "a name is used that this letter does not have")
            yield Fault(place, error.code, remedy)
            continue
        if channel != "email" and not names_supplier(letter.text, channel=channel):
            yield Fault(place, "supplier_missing", _SUPPLIER_REMEDY)


def names_supplier(text: str, *, channel: str) -> bool:
    """Whether name, tax id and address of the supplier stand in the text (Lei 8.078/1990, art. 42-A)."""
    creditor = samples.CREDITOR
    if channel == "sms" and to_gsm(short_supplier_line(creditor)) in text:
        return True
    words = [creditor.name, tax_id(creditor.tax_id), address_line(creditor.address)]
    return all((to_gsm(word) if channel == "sms" else word) in text for word in words)


_SUPPLIER_REMEDY = "print {{ supplier_line }}: name, tax id and address of the supplier stand in every demand"
