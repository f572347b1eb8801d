"""Every guard bites: a breach planted in a copy of the tree is found at its line, with what to do instead."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from regua.guards.catalogue import GUARDS
from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

Plant = Callable[[str, str], Tree]
RULE = "services/dunning/src/dunning/domain/planted.py"
BRASIL = "libs/brasil/src/brasil/planted.py"
CONTRACT = "libs/contracts/src/contracts/planted.py"
STORE = "services/payments/src/payments/planted.py"

BREACHES = [
    ("pure rules", RULE, "import asyncpg\n", 1, "imports asyncpg"),
    ("pure rules", RULE, "from sqlmodel import Session\n", 1, "imports sqlmodel"),
    ("pure rules", RULE, "from chassis.db import Database\n", 1, "imports chassis.db"),
    ("pure rules", BRASIL, "def banks():\n    return open('banks.csv').read()\n", 2, "calls open()"),
    ("pure rules", BRASIL, "def banks(path):\n    return path.read_text()\n", 2, "path.read_text()"),
    ("pure rules", RULE, "async def decide(case):\n    return case\n", 1, "asynchronous"),
    ("time source", RULE, "from datetime import datetime\n\nNOW = datetime.now()\n", 3, "datetime.now()"),
    ("time source", STORE, "import time\n\nat = time.time()  # noqa: TID251\n", 3, "time.time()"),
    ("time source", STORE, "import uuid\n\nid_ = uuid.uuid4()\n", 3, "uuid.uuid4()"),
    ("SQL clock", STORE, 'DUE = "select id from due_work where due_at <= now()"\n', 1, "now()"),
    (
        "SQL clock",
        STORE,
        'DUE = """\nselect id\nfrom due_work\nwhere due_at < CURRENT_TIMESTAMP"""\n',
        4,
        "CURRENT_TIMESTAMP",
    ),
    (
        "SQL clock",
        STORE,
        'def due(day):\n    return f"select {day} from t where d < current_date"\n',
        2,
        "current_date",
    ),
    ("SQL clock", STORE, "from sqlalchemy import func\n\nwhen = func.now()\n", 3, "func.now"),
    (
        "SQL clock",
        "services/payments/migrations/planted.sql",
        "create table t (at timestamptz default now());\n",
        1,
        "clock",
    ),
    ("one commit", STORE, "async def save(tx):\n    await tx.session.commit()\n", 2, "tx.session.commit()"),
    (
        "one commit",
        STORE,
        "async def save(engine):\n    async with engine.begin() as c:\n        pass\n",
        2,
        "engine.begin()",
    ),
    ("one commit", STORE, 'END = "commit"\n', 1, "SQL text commits"),
    ("no float near money", BRASIL, "def fine(amount_cents: float) -> int:\n    return 0\n", 1, "annotated as float"),
    ("no float near money", BRASIL, "def fine_cents(base: int) -> float:\n    return base\n", 1, "annotated as float"),
    ("no float near money", STORE, "def half(amount_cents):\n    return amount_cents / 2\n", 2, "true division"),
    (
        "no float near money",
        STORE,
        "def more(amount_cents):\n    return amount_cents * 1.02\n",
        2,
        "mixed with a float",
    ),
    (
        "no float near money",
        STORE,
        "def total(x):\n    total_cents = x / 100\n    return total_cents\n",
        2,
        "true division",
    ),
    ("no float near money", STORE, "def show(row):\n    return float(row.paid_cents)\n", 2, "float() of cents"),
    ("no float near money", STORE, "def make(f):\n    return f(fine_cents=12.5)\n", 2, "given a float"),
    ("no float near money", RULE, "RATE = 0.02\n", 1, "holds a float number"),
    (
        "topics",
        STORE,
        "async def go(relay):\n    await relay.send(topic='invoice.forgotten')\n",
        2,
        "invoice.forgotten",
    ),
    ("topics", STORE, "NAME = 'invoice.isued'\n", 1, "'invoice.isued' is not in the registry"),
    ("topics", STORE, "NAME = 'refund.issued'\n", 1, "'refund.issued' is not in the registry"),
    ("personal data", CONTRACT, "class Thing:\n    thing_id: str\n    email: str\n", 3, "Thing.email"),
    ("personal data", CONTRACT, "class Payer:\n    tax_id: str | None = None\n", 2, "Payer.tax_id"),
    ("lock", "requirements.lock", "--index-url https://user:pw@packages.example/simple\n", 1, "address"),
    ("lock", "requirements.lock", "chassis @ file:///tmp/libs/chassis\n", 1, "address"),
    ("lock", "requirements.lock", "attrs==25.1.0\nattrs @ ./vendored\n", 1, "neither a pin nor a hash"),
    ("addresses", "docs/planted.md", "pip install -i https://mirror.example/simple x\n", 1, "registry"),
    ("addresses", "docs/planted.md", "Look into /home/maria/regua/.venv first.\n", 1, "absolute path"),
    ("addresses", "planted.env", "DATABASE_URL=postgresql://app:hunter22@db/x\n", 1, "password in an address"),
    ("addresses", "planted.pem", "-----BEGIN RSA PRIVATE KEY-----\n", 1, "private key"),
    ("prints", STORE, "def handle(event):\n    print(event)\n", 2, "print()"),
    ("broad except", STORE, "try:\n    x = 1\nexcept Exception:\n    x = 2\n", 3, "broad except"),
    ("broad except", STORE, "try:\n    x = 1\nexcept:  # noqa: E722\n    pass\n", 3, "broad except"),
    ("leftovers", STORE, "# TODO: charge the fine\n", 1, "TODO"),
    ("leftovers", "docs/planted.md", "FIXME say how\n", 1, "FIXME"),
    ("file size", STORE, "x = 1\n" * 451, 450, "451 lines"),
]

CLEAN = [
    ("pure rules", RULE, "from chassis.errors import InvalidError\n\n\ndef open_invoices(rows):\n    return list(rows)\n"),
    ("pure rules", STORE, "import asyncpg\n\n\nasync def load(tx):\n    return await tx.session.exec('select 1')\n"),
    ("time source", STORE, "def due(tx):\n    return tx.now\n"),
    ("SQL clock", STORE, '"""Never now() here."""\nDUE = "select id from due_work where due_at <= $1"\n'),
    ("one commit", STORE, 'async def go(tx):\n    async with tx.session.begin_nested():\n        pass\n\n\nTEXT = "It commits."\n'),
    ("no float near money", STORE, "from decimal import Decimal\n\n\ndef rate(a_cents):\n    return Decimal(a_cents) / 100\n"),
    ("no float near money", STORE, "TIMEOUT_SECONDS = 0.5\n\n\ndef half(a_cents):\n    return a_cents // 2\n"),
    ("topics", STORE, "FILE = 'invoice.pdf'\nCOLUMN = 'invoice.version'\n"),
    ("addresses", "docs/planted.md", "See https://www.bcb.gov.br/estabilidadefinanceira/pix and `/healthz`.\n"),
    ("broad except", STORE, "try:\n    x = 1\nexcept Exception:  # noqa: BLE001 - a plug-in may raise anything\n    x = 2\n"),
    ("broad except", STORE, "try:\n    x = 1\nexcept BaseException:\n    x = 2\n    raise\n"),
    ("personal data", CONTRACT, "class Seal:\n    email: str\n\n\nclass Whole:\n    personal: 'Seal | None'\n"),
]  # fmt: skip


def guard(name: str) -> Guard:
    return next(found for found in GUARDS if found.name == name)


def findings(name: str, tree: Tree, path: str) -> list[Finding]:
    return [finding for finding in guard(name).run(tree) if finding.path == path]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach[0]}: {breach[4]}")
def test_a_planted_breach_is_found_where_it_stands(plant: Plant, breach: tuple[str, str, str, int, str]) -> None:
    name, path, text, line, words = breach
    found = findings(name, plant(path, text), path)
    assert [finding.line for finding in found][:1] == [line]
    assert words in found[0].what
    assert len(found[0].remedy) > 20, "a newcomer is told what to do"


@pytest.mark.parametrize(("name", "path", "text"), CLEAN)
def test_what_the_house_does_is_not_a_breach(plant: Plant, name: str, path: str, text: str) -> None:
    assert findings(name, plant(path, text), path) == []


def test_every_guard_has_a_planted_breach() -> None:
    proven_elsewhere = {"lists"}
    assert {found.name for found in GUARDS} - proven_elsewhere == {name for name, *_ in BREACHES}


def test_a_second_commit_in_the_one_place_is_found(plant: Plant) -> None:
    path = "libs/chassis/src/chassis/db.py"
    text = "async def end(session):\n    await session.commit()\n\n\nasync def other(session):\n    await session.commit()\n"
    assert [finding.line for finding in findings("one commit", plant(path, text), path)] == [6]


def test_the_lock_guard_never_repeats_a_line_that_may_hold_a_secret(plant: Plant) -> None:
    found = findings(
        "lock", plant("requirements.lock", "-i https://user:hunter22@host.example/\n"), "requirements.lock"
    )
    assert found
    assert "hunter22" not in str(found[0])


def test_an_exception_that_excuses_nothing_is_itself_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    idle = Guard("idle", "nothing", lambda _: [], {"a.py": "was needed once"})
    assert "excuses nothing" in idle.run(Tree(tmp_path))[0].what


def test_an_exception_holds_for_its_place_only(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    breaches = [Finding(name, 1, "wrong", "mend it", subject) for name in ("a.py", "b.py") for subject in ("x", "y")]
    strict = Guard("strict", "nothing", lambda _: breaches, {"a.py::x": "needed", "b.py": "all of it"})
    assert [(finding.path, finding.subject) for finding in strict.run(Tree(tmp_path))] == [("a.py", "y")]


def test_tests_are_not_read_as_product_code(plant: Plant) -> None:
    path = "services/payments/tests/test_planted.py"
    text = dedent("""
        def test_it():
            print("now()")
    """)
    tree = plant(path, text)
    assert findings("prints", tree, path) == findings("SQL clock", tree, path) == []
