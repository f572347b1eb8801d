"""Every built-in letter in both languages: what it says, what it must say, what fits where."""

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifier_facts import invoice

from contracts.customers import ContactAddress
from notifier.domain.facts import InvoiceFacts
from notifier.domain.quoting import Quote
from notifier.domain.texts import (
    address_line,
    cut,
    day,
    language_of,
    money,
    segments,
    spaced_line,
    supplier_line,
    to_gsm,
)
from notifier.rendering import samples
from notifier.rendering.builtins import KEYS, LANGUAGES, built_in
from notifier.rendering.checks import faults, names_supplier
from notifier.rendering.engine import Document, RenderError, fill
from notifier.rendering.letters import Addresses, compose

ADDRESSES = Addresses(lambda index: f"https://x/c/{index}", "https://x/o/p.gif", "https://x/u/u")
EVERY = list(itertools.product(KEYS, LANGUAGES))
THREATS = ("processo", "cadeia", "polícia", "negativar", "serasa", "protesto", "penhora", "lawsuit", "jail", "police")


def letter(key: str, language: Any, channel: Any, *, count: int = 1, late: bool = True) -> Any:
    document = built_in(key, language)
    assert document is not None
    quotes = samples.quotes(count, late=late, paid=key == "thanks")
    return compose(document, quotes, samples.RECIPIENT, language=language, channel=channel, addresses=ADDRESSES)


class TestBuiltIn:
    @pytest.mark.parametrize(("key", "language"), EVERY)
    def test_every_letter_may_be_published(self, key: str, language: Any) -> None:
        document = built_in(key, language)
        assert document is not None
        assert faults(document, language) == ()

    @pytest.mark.parametrize(("key", "language"), EVERY)
    def test_every_letter_names_the_supplier_on_every_channel(self, key: str, language: Any) -> None:
        for channel in ("email", "sms", "whatsapp"):
            assert names_supplier(letter(key, language, channel).text, channel=channel)
        html = letter(key, language, "email").html
        assert samples.CREDITOR.name in html
        assert address_line(samples.CREDITOR.address) in html

    @pytest.mark.parametrize(("key", "language"), EVERY)
    def test_every_sms_is_plain_and_has_at_most_two_parts(self, key: str, language: Any) -> None:
        for count in (1, 3):
            text = letter(key, language, "sms", count=count).text
            assert segments(text) <= 2
            assert to_gsm(text) == text

    @pytest.mark.parametrize(("key", "language"), EVERY)
    def test_no_letter_threatens(self, key: str, language: Any) -> None:
        text = letter(key, language, "email").text.lower()
        assert not [word for word in THREATS if word in text]

    @pytest.mark.parametrize(("key", "language"), [pair for pair in EVERY if pair[0] != "thanks"])
    def test_a_mail_shows_the_amount_and_both_ways_to_pay(self, key: str, language: Any) -> None:
        mail = letter(key, language, "email")
        for body in (mail.text, mail.html):
            assert money(125_956_789, language) in body
            assert spaced_line("34191090081842120060371525500006416560000085000") in body
            assert "00020101021126330014br.gov.bcb.pix" in body

    def test_thanks_ask_for_nothing(self) -> None:
        mail = letter("thanks", "pt-BR", "email")
        assert "34191" not in mail.text
        assert "br.gov.bcb.pix" not in mail.text

    def test_one_of_several_invoices_has_its_own_codes_and_links(self) -> None:
        mail = letter("overdue_first", "pt-BR", "email", count=3)
        assert mail.text.count("Linha digitável:") == 3
        assert [link["target"] for link in mail.links] == ["boleto"] * 3 + ["pix"] * 3 + ["other"]
        assert len(set(re.findall(r"https://x/c/\d+", mail.html))) == 7

    def test_the_words_have_a_hash_that_changes_with_them(self) -> None:
        one, other = letter("reminder", "pt-BR", "email"), letter("reminder", "en-US", "email")
        assert one.content_hash == letter("reminder", "pt-BR", "email").content_hash != other.content_hash


class TestEscaping:
    def test_what_others_wrote_is_text_in_html_and_one_line_in_a_subject(self) -> None:
        hostile = '<script>alert(1)</script>&"'
        issued = invoice(description=hostile).invoice
        quotes = [Quote(InvoiceFacts(issued), on=issued.due_on, amount_cents=100)]
        to = ContactAddress(contact_id=samples.RECIPIENT.contact_id, name="<b>Zé</b> {{ 7*7 }}", address="a@b.example")
        document = Document("{{ debtor.name }}", "{{ items }}", "<p>{{ debtor.name }}</p>{{ items }}", "x")
        mail = compose(document, quotes, to, language="pt-BR", channel="email", addresses=ADDRESSES)
        assert mail.html is not None
        assert "<script>" not in mail.html
        assert "&lt;script&gt;" in mail.html
        assert "{{ 7*7 }}" in mail.html
        assert hostile in mail.text

    def test_a_subject_cannot_begin_another_header(self) -> None:
        document = Document("a\r\nBcc: all@example.com", "x", "x", "x")
        mail = compose(
            document, samples.quotes(1, late=False), samples.RECIPIENT, language="pt-BR", channel="email",
            addresses=ADDRESSES,
        )  # fmt: skip
        assert mail.subject == "a Bcc: all@example.com"

    def test_a_name_that_is_not_there_is_an_error_and_never_an_empty_place(self) -> None:
        with pytest.raises(RenderError):
            fill("{{ nothing }}", {})


class TestTexts:
    def test_money_and_days_are_written_as_each_language_writes_them(self) -> None:
        issued: Any = invoice()
        assert (money(123_456, "pt-BR"), money(123_456, "en-US")) == ("R$ 1.234,56", "R$1,234.56")
        due_on = issued.invoice.due_on
        assert (day(due_on, "pt-BR"), day(due_on, "en-US")) == ("10/03/2026", "Mar 10, 2026")
        assert [language_of(tag) for tag in ("pt-PT", "pt-BR", "en-GB", "fr-FR")] == [
            "pt-BR",
            "pt-BR",
            "en-US",
            "en-US",
        ]

    def test_the_supplier_line_names_the_supplier_as_the_law_asks(self) -> None:
        issued: Any = invoice()
        line = supplier_line(issued.invoice.creditor)
        assert line.startswith("Escola Horizonte de Campinas Ltda, CNPJ 11.222.333/0001-81, Rua Doutor Quirino, 1420")

    @given(st.text(max_size=400))
    def test_any_text_becomes_one_that_an_sms_can_carry(self, text: str) -> None:
        carried = to_gsm(text)
        assert to_gsm(carried) == carried
        assert carried.isascii() or set(carried) & set("£¥€")
        assert segments(carried) >= 1

    @given(st.text(min_size=1, max_size=100), st.integers(1, 60))
    def test_a_cut_text_is_never_too_long_and_begins_as_before(self, text: str, length: int) -> None:
        assert len(cut(text, length)) <= length
        assert text.startswith(cut(text, length))

    @pytest.mark.parametrize(("length", "parts"), [(160, 1), (161, 2), (306, 2), (307, 3)])
    def test_parts_of_an_sms_are_counted_as_networks_count_them(self, length: int, parts: int) -> None:
        assert segments("x" * length) == parts

    def test_signs_of_the_extension_table_count_twice(self) -> None:
        assert segments("€" * 80) == 1
        assert segments("€" * 81) == 2
