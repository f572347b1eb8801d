"""Personal data stands in one block of the customer snapshot, so that destroying one key erases it from every log."""

import ast
import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

CONTRACTS = "libs/contracts/src"
BLOCK = "personal"
NAMES = frozenset(
    {
        "address", "birth_date", "birthday", "cep", "cnpj", "complement", "contact_name", "cpf", "display_name",
        "email", "emails", "first_name", "full_name", "last_name", "legal_name", "mobile", "neighborhood", "payer_name",
        "payer_tax_id", "phone", "phone_number", "phones", "postal_code", "rg", "street", "tax_id", "trade_name",
        "whatsapp",
    }
)  # fmt: skip
REMEDY = (
    f"Put the field into the customer's `{BLOCK}` block, and refer to it from here by id (customer_id, contact_id); "
    "a hash of it is personal data too."
)


def find(tree: Tree) -> Iterator[Finding]:
    """Every field with a personal name in a class that is not part of a `personal` block."""
    classes = {
        node.name: (module.path, node)
        for module in tree.modules(CONTRACTS)
        for node in module.syntax.body
        if isinstance(node, ast.ClassDef)
    }
    sealed = _sealed({name: node for name, (_, node) in classes.items()})
    for name, (path, node) in classes.items():
        for field in _fields(node):
            if name not in sealed and _name(field) in NAMES:
                what = f"{name}.{_name(field)} is personal data outside the {BLOCK} block"
                yield Finding(path, field.lineno, what, REMEDY, f"{name}.{_name(field)}")


def _fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    return [part for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)]


def _name(field: ast.AnnAssign) -> str:
    return field.target.id if isinstance(field.target, ast.Name) else ""


def _sealed(classes: dict[str, ast.ClassDef]) -> set[str]:
    """The classes that a field named `personal` holds, directly or through others."""
    open_ = {
        named
        for node in classes.values()
        for field in _fields(node)
        if _name(field) == BLOCK
        for named in _types(field)
    }
    sealed: set[str] = set()
    while open_:
        name = open_.pop()
        if name in classes and name not in sealed:
            sealed.add(name)
            open_ |= {named for field in _fields(classes[name]) for named in _types(field)}
    return sealed


def _types(field: ast.AnnAssign) -> set[str]:
    names = {part.id for part in ast.walk(field.annotation) if isinstance(part, ast.Name)}
    quoted = [part.value for part in ast.walk(field.annotation) if isinstance(part, ast.Constant)]
    return names | {name for text in quoted if isinstance(text, str) for name in re.findall(r"\w+", text)}


GUARD = Guard(
    "personal data",
    f"personal fields stand in the {BLOCK} block only",
    find,
    {
        f"libs/contracts/src/contracts/invoices.py::Creditor.{name}": "the supplier, whom every demand must name"
        for name in ("trade_name", "tax_id", "address")
    },
)
