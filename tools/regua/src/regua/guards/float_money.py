"""Money is integer cents, and `Decimal` inside a calculation; a float loses cents without saying so."""

import ast
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.pure_rules import is_rule
from regua.guards.tree import Module, Tree

PLACES = ("libs/*/src", "services/*/src")
REMEDY = "Hold money as integer cents; compute with Decimal, or // and %, and round once by the rule's named rounding."


NEAR_MONEY: tuple[type[ast.AST], ...] = (
    ast.AnnAssign, ast.arg, ast.FunctionDef, ast.Assign, ast.AugAssign, ast.keyword, ast.BinOp, ast.Call,
)  # fmt: skip
IN_RULES: tuple[type[ast.AST], ...] = (*NEAR_MONEY, ast.Name, ast.Constant)


def find(tree: Tree) -> Iterator[Finding]:
    """Floats next to a `*_cents` name everywhere, and any float at all in a rule file."""
    for module in tree.modules(*PLACES):
        rule = is_rule(module.path)
        seen: set[int] = set()
        for node in module.nodes(*(IN_RULES if rule else NEAR_MONEY)):
            what = _near_cents(node) or (_float_in_rule(node) if rule else None)
            line = getattr(node, "lineno", 0)
            if what and line not in seen:
                seen.add(line)
                yield Finding(module.path, line, what, REMEDY, _first_line(module, line))


def is_cents(node: ast.AST | None) -> bool:
    """Whether the expression is a name, attribute, key or call that is said to be in cents."""
    if isinstance(node, ast.Call):
        return is_cents(node.func)
    if isinstance(node, ast.Subscript):
        return is_cents(node.slice) or is_cents(node.value)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _cents_name(node.value)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return _cents_name(name)


def _cents_name(name: str) -> bool:
    return name == "cents" or name.endswith("_cents")


def _near_cents(node: ast.AST) -> str | None:  # noqa: PLR0911 - one answer per form of the syntax
    match node:
        case ast.AnnAssign(target=target, annotation=kind, value=value) if is_cents(target):
            return _kind(kind) or _value(value)
        case ast.arg(arg=name, annotation=kind) if _cents_name(name):
            return _kind(kind)
        case ast.FunctionDef(name=name, returns=kind) if _cents_name(name):
            return _kind(kind)
        case ast.Assign(targets=targets, value=value) if any(is_cents(target) for target in targets):
            return _value(value)
        case ast.AugAssign(target=target, op=operator, value=value) if is_cents(target):
            return "/= makes cents a float" if isinstance(operator, ast.Div) else _value(value)
        case ast.keyword(arg=str(name), value=value) if _cents_name(name):
            return _value(value)
        case ast.BinOp(left=left, op=operator, right=right) if is_cents(left) or is_cents(right):
            return _mixed(left, operator, right)
        case ast.Call(func=ast.Name(id="float"), args=[given]) if any(is_cents(part) for part in ast.walk(given)):
            return "float() of cents"
    return None


def _kind(annotation: ast.expr | None) -> str | None:
    named = annotation is not None and any(
        isinstance(part, ast.Name) and part.id == "float" for part in ast.walk(annotation)
    )
    return "cents are annotated as float" if named else None


def _value(value: ast.expr | None) -> str | None:
    if isinstance(value, ast.UnaryOp):
        return _value(value.operand)
    if isinstance(value, ast.Constant) and isinstance(value.value, float):
        return "cents are given a float"
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "float":
        return "cents are given a float()"
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and not _decimal(value):
        return "true division (/) makes cents a float"
    return None


def _mixed(left: ast.expr, operator: ast.operator, right: ast.expr) -> str | None:
    if isinstance(operator, ast.Div) and not _decimal(left) and not _decimal(right):
        return "true division (/) makes cents a float"
    if _value(left) == "cents are given a float" or _value(right) == "cents are given a float":
        return "cents are mixed with a float"
    return None


def _decimal(node: ast.AST) -> bool:
    return any(
        (isinstance(part, ast.Name) and ("decimal" in part.id.lower() or part.id.isupper())) for part in ast.walk(node)
    )


def _float_in_rule(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name) and node.id == "float":
        return "a rule file uses float"
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return "a rule file holds a float number"
    return None


def _first_line(module: Module, line: int) -> str:
    return module.lines[line - 1].strip() if 0 < line <= len(module.lines) else ""


INTEREST = (
    "libs/brasil/src/brasil/charges/interest.py::"
    "daily = span.daily if base_cents == full_base_cents else span.daily * base_cents / full_base_cents"
)
GUARD = Guard(
    "no float near money",
    "amounts are integer cents or Decimal",
    find,
    {
        "libs/brasil/src/brasil/boleto/itf25.py": "millimetres of a drawing; no amount in the file",
        "libs/brasil/src/brasil/pix/reading.py": "tells a JSON number from text; amounts are read as text",
        INTEREST: "span.daily is a Fraction: the division is exact",
    },
)
