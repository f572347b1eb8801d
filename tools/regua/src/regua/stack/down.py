"""Stopping: only what is ours, cleanly, and saying so when something had to be killed."""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from regua.stack import postgres, process
from regua.stack.databases import SERVICES
from regua.stack.engine import Engine
from regua.stack.errors import AskedWronglyError
from regua.stack.home import Home, Say
from regua.stack.stopping import stop_part

_RANK = {"service": 0, "program": 1, "kafka": 2, "postgres": 2, "keeper": 3}


def down(
    home: Home,
    env: Mapping[str, str],
    say: Say,
    *,
    wipe: bool = False,
    only: frozenset[str] | None = None,
    hurry: bool = False,
) -> dict[str, process.Stopped]:
    """Stop the home's parts (services first) and return each one's outcome. `wipe` deletes the data afterwards.

    `hurry` kills at once, for data that is about to be deleted anyway.
    """
    if not home.root.exists():
        return {}
    outcomes: dict[str, process.Stopped] = {}
    with home.locked(say):
        engine = Engine(home, env, say)
        engine.reconcile()
        _refuse_unknown(engine, only)
        chosen = [
            part for part in engine.state.parts.values() if only is None or part.name in only or part.kind in only
        ]
        chosen.sort(key=lambda part: (_RANK[part.kind], part.name))
        for _, group in groupby(chosen, key=lambda part: _RANK[part.kind]):
            parts = list(group)
            with ThreadPoolExecutor(len(parts)) as pool:
                results = pool.map(lambda part: stop_part(part, hurry=hurry), parts)
                for part, outcome in zip(parts, results, strict=True):
                    outcomes[part.name] = outcome
                    say(f"{part.name}: {outcome}" + (" (it did not stop when asked)" if outcome == "killed" else ""))
                    engine.state.parts.pop(part.name, None)
            engine.save()
        if wipe:
            _wipe(home)
            say(f"the data in {home.root} was deleted")
    return outcomes


def _refuse_unknown(engine: Engine, only: frozenset[str] | None) -> None:
    known = {"kafka", "postgres", *SERVICES, *engine.state.parts}
    if unknown := sorted((only or frozenset()) - known):
        raise AskedWronglyError(
            f"there is no part called {unknown[0][:40]!r}; the parts are {', '.join(sorted(known))}"
        )


def _wipe(home: Home) -> None:
    """Delete what is this home's; a folder that is a home itself (the demo's, the tests') is another's."""
    base = postgres.base_folder(home)
    if base.is_relative_to("/var/tmp"):  # noqa: S108 - the folder this home was given there
        shutil.rmtree(base.parent, ignore_errors=True)
    for entry in home.root.iterdir():
        if entry.name == "lock":
            continue  # others may be waiting for it
        if entry.is_dir() and not entry.is_symlink():
            if not (entry / "lock").exists():
                shutil.rmtree(entry)
        else:
            entry.unlink()
