"""A rule is a function of values: no I/O, no clock, no framework, nothing asynchronous."""

import ast
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Module, Tree, under

RULES = (
    "services/*/src/*/domain",
    "services/*/src/*/domain.py",
    "libs/brasil/src",
    "libs/contracts/src",
    "libs/chassis/src/chassis/debt.py",
    "libs/chassis/src/chassis/errors.py",
)
PURE_CHASSIS = frozenset({"chassis.debt", "chassis.errors"})
PROGRAMS = {
    "libs/brasil/src/brasil/cli": "the library's commands read files and print",
    "libs/brasil/src/brasil/__main__.py": "starts the commands",
    "libs/brasil/src/brasil/fuzz.py": "a program that tries the parsers: files, a seeded generator, a stopwatch",
}
REMEDY = (
    "A rule takes values and returns values. Read or write in handlers.py or store.py and pass the value in; "
    "time, ids and randomness come in as arguments too."
)
MODULES = frozenset(
    {
        "aiokafka", "aiosmtplib", "alembic", "asyncio", "asyncpg", "concurrent", "fastapi", "ftplib", "http", "httpx2",
        "imaplib", "logging", "mmap", "multiprocessing", "os", "random", "requests", "secrets", "select", "shutil",
        "smtplib", "socket", "sqlalchemy", "sqlite3", "sqlmodel", "ssl", "starlette", "structlog", "subprocess",
        "tempfile", "threading", "time", "urllib", "uuid_utils",
    }
)  # fmt: skip
CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__", "breakpoint"})
METHODS = frozenset(
    {
        "read_text",
        "write_text",
        "read_bytes",
        "write_bytes",
        "unlink",
        "mkdir",
        "iterdir",
        "rglob",
        "now",
        "utcnow",
        "today",
    }
)
PURE_PARTS = frozenset({"urllib.parse"})


KINDS: tuple[type[ast.AST], ...] = (ast.Import, ast.ImportFrom, ast.AsyncFunctionDef, ast.Call)


def is_rule(path: str) -> bool:
    """Whether the file holds rules: under a rule folder, and not one of the programs that a library brings along."""
    return any(under(path, pattern) for pattern in RULES) and not any(under(path, program) for program in PROGRAMS)


def find(tree: Tree) -> Iterator[Finding]:
    """Every I/O import, call or coroutine in a rule file."""
    for module in tree.modules(*RULES):
        if not is_rule(module.path):
            continue
        for node in module.nodes(*KINDS):
            yield from _imports(module, node)
            yield from _doing(module, node)


def _imports(module: Module, node: ast.AST) -> Iterator[Finding]:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        names = [node.module]
    for name in names:
        foreign = name.split(".")[0] in MODULES and name not in PURE_PARTS
        chassis = name.split(".")[0] == "chassis" and name not in PURE_CHASSIS
        if foreign or chassis:
            yield _breach(module, node, f"a rule file imports {name}", name)


def _doing(module: Module, node: ast.AST) -> Iterator[Finding]:
    if isinstance(node, ast.AsyncFunctionDef):
        yield _breach(module, node, f"a rule is asynchronous ({node.name})", node.name)
    if not isinstance(node, ast.Call):
        return
    function = node.func
    if isinstance(function, ast.Name) and function.id in CALLS:
        yield _breach(module, node, f"a rule file calls {function.id}()", function.id)
    elif isinstance(function, ast.Attribute) and function.attr in METHODS:
        yield _breach(module, node, f"a rule file calls {ast.unparse(function)}()", ast.unparse(function))


def _breach(module: Module, node: ast.AST, what: str, subject: str) -> Finding:
    return Finding(module.path, getattr(node, "lineno", 1), what, REMEDY, subject)


GUARD = Guard(
    "pure rules",
    "rule files do no I/O and read no clock",
    find,
    {
        "libs/brasil/src/brasil/bank_files/layouts/movement_reader.py::exec": "compiles a reader from our own layouts",
    },
)
