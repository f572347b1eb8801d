"""What a debtor writes back, understood by its words, in Portuguese and English.

Only what is plain is taken as said; everything else is `unclear`, and a person reads it. Refusing a channel and being
the wrong person come first: there a mistake in the other direction would hurt.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from contracts.answers import (
    Acknowledged,
    Answer,
    AsksAgreement,
    AsksCopy,
    AsksNewDate,
    AsksPerson,
    Dispute,
    Promise,
    SaysPaid,
    StopChannel,
    Unclear,
    WrongPerson,
)
from contracts.fields import Channel

LONGEST_PROMISE: Final = timedelta(days=90)
_QUOTE: Final = re.compile(
    r"^\s*(>|em .{0,120} escreveu:|on .{0,120} wrote:|-{2,}\s*(mensagem original|original message)|de:|from:|-- ?$)",
    re.IGNORECASE,
)
_WEEKDAYS: Final = {
    "segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4, "sabado": 5, "domingo": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_MONTHS: Final = {
    "janeiro": 1, "fevereiro": 2, "marco": 3, "abril": 4, "maio": 5, "junho": 6, "julho": 7, "agosto": 8,
    "setembro": 9, "outubro": 10, "novembro": 11, "dezembro": 12, "january": 1, "february": 2, "march": 3, "april": 4,
    "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_NUMERIC: Final = re.compile(r"(?<![\d/.,])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/])")
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NAMED: Final = re.compile(rf"\b(\d{{1,2}})(?:o|st|nd|rd|th)?\s+(?:de\s+|of\s+)?({'|'.join(_MONTHS)})\b")
_NAMED_FIRST: Final = re.compile(rf"\b({'|'.join(_MONTHS)})\s+(\d{{1,2}})\b")
_DAY: Final = re.compile(r"\b(?:dia|day)\s+(\d{1,2})\b")

_STOP: Final = re.compile(
    r"^\W*(sair|parar|pare|stop|cancelar|cancele|remover|remova|unsubscribe|descadastrar)\W*$"
    r"|\b(nao (me )?(mande|mandem|envie|enviem|quero (mais )?receber)|pare(m)? de (me )?(mandar|enviar)"
    r"|stop (sending|texting|messaging)|do not (contact|send|message)|don'?t (contact|send|message))\b"
)
_WRONG: Final = re.compile(
    r"\b(numero errado|pessoa errada|nao conheco (esse|essa|este|esta)|nao sou (eu|a pessoa|o responsavel|quem)"
    r"|engano|contato errado|email errado|wrong (number|person|address)|i am not (him|her|that person)|not me)\b"
)
_DISPUTE: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "owes_nothing",
        re.compile(r"\b(nao devo|nao reconheco|desconheco|cobranca indevida|do not owe|don'?t owe|not mine)\b"),
    ),
    (
        "goods_not_received",
        re.compile(
            r"\b(nao recebi (o |a |os |as )?(produto|mercadoria|pedido|encomenda)s?"
            r"|(did not|didn'?t|never) receive the (goods|product|order))\b"
        ),
    ),
    ("service_not_rendered", re.compile(r"\b(servico nao (foi )?(prestado|feito|realizado)|service was not)\b")),
    ("order_cancelled", re.compile(r"\b(ja cancelei|cancelei (o |a )?(contrato|pedido|plano|compra)|i cancelled)\b")),
    (
        "wrong_amount",
        re.compile(r"\b(valor (esta )?errado|valor incorreto|cobraram a mais|wrong amount|overcharged)\b"),
    ),
    ("fraud", re.compile(r"\b(fraude|golpe|fraud|scam)\b")),
    ("other", re.compile(r"\b(contesto|discordo|nao concordo|dispute|disagree)\b")),
)
_NOT_PAID: Final = re.compile(r"\b(nao paguei|nao foi pag[oa]|ainda nao pag|have not paid|haven'?t paid|not paid)\b")
_PAID: Final = re.compile(
    r"\b(ja paguei|paguei|ja foi pag[oa]|ja esta pag[oa]|esta pag[oa]|foi pag[oa]"
    r"|pagamento (ja )?(feito|efetuado|realizado)|segue (o )?comprovante|comprovante em anexo"
    r"|already paid|i paid|have paid|was paid|^paid)\b"
)
_LATER: Final = re.compile(
    r"\b(prorrogar|adiar|novo vencimento|mudar (a data|o vencimento)|outra data|mais prazo"
    r"|new date|postpone|extend|another date|more time)\b"
)
_PROMISE: Final = re.compile(
    r"\b(vou pagar|pago|pagarei|irei pagar|prometo|consigo pagar|posso pagar|pretendo pagar|pagamento (no|em|dia)"
    r"|will pay|i'?ll pay|can pay|going to pay|i promise)\b"
)
_AGREEMENT: Final = re.compile(
    r"\b(parcelar|parcelamento|parcelas|acordo|negociar|instal?ments|payment plan|negotiate)\b"
)
_COPY: Final = re.compile(
    r"\b(segunda via|2a via|nao recebi (o |a )?(boleto|fatura|conta)|second copy|resend|never got the (invoice|slip))\b"
)
_PERSON: Final = re.compile(
    r"\b(falar com (um |uma )?(pessoa|atendente|humano|alguem)|me lig(a|ue)"
    r"|talk to (a |some)?(person|human|one|body)|call me)\b"
)
_THANKS: Final = re.compile(r"^\W*(ok|okay|certo|obrigad[oa]|valeu|recebido|ciente|thanks|thank you|got it|noted)\W*$")


@dataclass(frozen=True)
class Understood:
    """An answer and how sure it is."""

    answer: Answer
    confidence_percent: int
    recognised_by: Literal["keyword", "classifier"] = "keyword"


def own_words(text: str) -> str:
    """What the debtor wrote, without what a mail program quoted below."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTE.match(line) and (kept or line.lstrip().startswith(">")):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def fold(text: str) -> str:
    """Lower case, no accents, single blanks."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())


def understand(text: str, *, channel: Channel, today: date) -> Understood:
    """What the answer means; `today` is the debtor's local day, from which days are counted."""
    words = fold(own_words(text)[:2_000])
    if not words:
        return Understood(Unclear(), 0)
    if _STOP.search(words):
        return Understood(StopChannel(channel=channel), 95)
    if _WRONG.search(words):
        return Understood(WrongPerson(), 85)
    for reason, pattern in _DISPUTE:
        if pattern.search(words):
            return Understood(Dispute(reason=reason), 80)
    return _about_paying(words, today)


def _about_paying(words: str, today: date) -> Understood:
    days = [day for day in dates_in(words, today) if day <= today + LONGEST_PROMISE]
    ahead = [day for day in days if day >= today]
    if _PAID.search(words) and not _NOT_PAID.search(words):
        past = [day for day in days if day <= today]
        return Understood(SaysPaid(paid_on=past[0] if past else None), 85)
    return _wish(words) or _when(words, ahead)


def _wish(words: str) -> Understood | None:
    if _AGREEMENT.search(words):
        return Understood(AsksAgreement(), 80)
    if _COPY.search(words):
        return Understood(AsksCopy(never_received="nao recebi" in words or "never" in words), 80)
    if _PERSON.search(words):
        return Understood(AsksPerson(), 85)
    return None


def _when(words: str, ahead: Sequence[date]) -> Understood:
    if _LATER.search(words):
        return Understood(AsksNewDate(requested_on=ahead[0]), 80) if len(ahead) == 1 else Understood(AsksPerson(), 50)
    if len(ahead) == 1 and (_PROMISE.search(words) or len(words) <= 24):
        return Understood(Promise(promised_on=ahead[0]), 85 if _PROMISE.search(words) else 60)
    if _THANKS.search(words):
        return Understood(Acknowledged(), 80)
    return Understood(Unclear(), 0)


def dates_in(words: str, today: date) -> list[date]:
    """Every day that folded text names, each once, in the order in which they stand; day before month, as in Brazil."""
    found: list[tuple[int, date | None]] = []
    found += [(m.start(), _day(int(m[1]), int(m[2]), int(m[3]), today)) for m in _ISO.finditer(words)]
    rest = _ISO.sub(" ", words)
    for match in _NUMERIC.finditer(rest):
        year = int(match[3]) if match[3] else None
        full = year + 2000 if year is not None and year < 100 else year
        found.append((match.start(), _day(full, int(match[2]), int(match[1]), today)))
    found += [(m.start(), _day(None, _MONTHS[m[2]], int(m[1]), today)) for m in _NAMED.finditer(rest)]
    found += [(m.start(), _day(None, _MONTHS[m[1]], int(m[2]), today)) for m in _NAMED_FIRST.finditer(rest)]
    found += [(m.start(), _next_day_of_month(int(m[1]), today)) for m in _DAY.finditer(_NAMED.sub(" ", rest))]
    found += _relative(rest, today)
    days = [day for _, day in sorted((place, day) for place, day in found if day is not None)]
    return list(dict.fromkeys(days))


def _relative(words: str, today: date) -> list[tuple[int, date | None]]:
    found: list[tuple[int, date | None]] = []
    near: Sequence[tuple[str, int]] = (
        (r"\b(depois de amanha|day after tomorrow)\b", 2),
        (r"(?<!depois de )\bamanha\b|(?<!day after )\btomorrow\b", 1),
        (r"\b(hoje|today)\b", 0),
    )
    for pattern, distance in near:
        found += [(match.start(), today + timedelta(days=distance)) for match in re.finditer(pattern, words)]
    for match in re.finditer(rf"\b({'|'.join(_WEEKDAYS)})(?!\s+via)\b", words):
        distance = (_WEEKDAYS[match[1]] - today.weekday() - 1) % 7 + 1
        found.append((match.start(), today + timedelta(days=distance)))
    return found


def _day(year: int | None, month: int, day: int, today: date) -> date | None:
    """A day; without a year the one nearest ahead, unless it has only just passed."""
    try:
        if year is not None:
            return date(year, month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today - timedelta(days=120) else date(today.year + 1, month, day)
    except ValueError:
        return None


def _next_day_of_month(day: int, today: date) -> date | None:
    for ahead in range(62):
        candidate = today + timedelta(days=ahead)
        if candidate.day == day:
            return candidate
    return None
