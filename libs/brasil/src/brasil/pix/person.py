"""The people of a charge: debtor (devedor) with CPF or CNPJ, name and address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from brasil import taxid
from brasil.errors import BrasilError
from brasil.pix.reading import Node, without_nulls

_CPF: Final = re.compile(r"[0-9]{11}")
_CNPJ: Final = re.compile(r"[0-9A-Z]{14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A debtor. `tax_id` is compact: CPF (11 digits) or CNPJ (14 characters)."""

    tax_id: str
    name: str
    email: str | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None

    def __repr__(self) -> str:
        return "Person(…)"


def parse(document: Node, *, longest_name: int = 200) -> Person:
    """Return a person as a PSP sent it: the form of the number is checked, its check digits are the PSP's business.

    Raises BrasilError `pix.json.missing|value`.
    """
    if document.has("cpf") == document.has("cnpj"):
        raise document.fail("cpf", "A debtor has a CPF or a CNPJ, and only one.", "cpf or cnpj")
    kind, pattern = ("cpf", _CPF) if document.has("cpf") else ("cnpj", _CNPJ)
    number = document.text(kind)
    if not pattern.fullmatch(number):
        raise document.fail(kind, f"The {kind} has the wrong form.", "11 digits" if kind == "cpf" else "[0-9A-Z]{14}")
    return Person(
        tax_id=number,
        name=document.text("nome", longest=longest_name),
        email=document.text_or_none("email"),
        street=document.text_or_none("logradouro", longest=200),
        city=document.text_or_none("cidade", longest=200),
        state=document.text_or_none("uf", longest=2),
        postal_code=document.text_or_none("cep", longest=9),
    )


def as_document(person: Person, *, with_address: bool, longest_name: int = 200) -> dict[str, object]:
    """Return the person as a request needs it.

    Raises BrasilError with the codes of `taxid.parse`, or `pix.json.value` if the name is empty or too long.
    """
    checked = taxid.parse(person.tax_id)
    if not person.name.strip() or len(person.name) > longest_name:
        raise BrasilError(
            "pix.json.value",
            f"The name of the debtor has 1 to {longest_name} characters.",
            field="devedor.nome",
            expected=f"1 to {longest_name} characters",
        )
    address = {
        "email": person.email,
        "logradouro": person.street,
        "cidade": person.city,
        "uf": person.state,
        "cep": person.postal_code,
    }
    return {checked.kind: checked.number, "nome": person.name, **(without_nulls(address) if with_address else {})}
