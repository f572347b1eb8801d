"""`regua contracts generate | check | release`: the files that are derived from the registry of events.

`generate` writes schemas, AsyncAPI and docs/events.md. `check` fails when one of them is not what it would write, when
an example no longer decodes (or an invalid one does), when the AsyncAPI document is refused by the official parser,
and when an event changed in a way that breaks somebody against the last release. `release` makes today's schemas and
examples the baseline of the next checks.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.catalogue import TOPICS
from contracts.documents import asyncapi as asyncapi_document
from contracts.documents import evolution, markdown, schemas
from contracts.registry import Topic
from regua import asyncapi
from regua.root import ROOT

REGENERATE = "run `make events` and commit what it writes"
MANIFEST = "errors.json"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, what, and what to do."""

    check: str
    where: str
    what: str
    remedy: str


class Package:
    """`libs/contracts` and `docs/` of one checkout."""

    def __init__(self, root: Path, topics: Mapping[str, Topic]):
        self.root = root
        self.topics = topics
        self.home = root / "libs" / "contracts"
        self.released = self.home / "released"

    def derived(self) -> dict[Path, str]:
        """Every derived file and its text."""
        made = {
            self.home / "schemas" / name: schemas.as_text(schema)
            for name, schema in schemas.record_schemas(self.topics).items()
        }
        made[self.home / "asyncapi.json"] = schemas.as_text(asyncapi_document.document(self.topics))
        made[self.root / "docs" / "events.md"] = markdown.page(self.topics)
        return made

    def baseline(self) -> evolution.Baseline:
        """What was released last; empty before the first release."""
        if not (self.released / "topics.json").exists():
            return evolution.Baseline()
        named = {path.name: _json(path) for path in self.released.glob("*.v*.json")}
        return evolution.Baseline(schemas=named, topics=_json(self.released / "topics.json"))

    def example_folders(self) -> Iterator[tuple[Topic, int, Path]]:
        """Topic, major version and the folder of its examples, whether it is there or not."""
        for topic in self.topics.values():
            for major in schemas.versions(topic):
                yield topic, major, self.home / "examples" / topic.name / f"v{major}"

    def example_digests(self) -> dict[str, str]:
        """The digest of every example, by its path below `examples/`."""
        folder = self.home / "examples"
        paths = sorted(path for path in folder.rglob("*.json"))
        return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def generate(package: Package) -> list[str]:
    """Write every derived file that differs, remove schemas that no event has; the paths touched."""
    made = package.derived()
    touched = []
    for path, text in made.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            touched.append(package.shown(path))
    for path in set((package.home / "schemas").glob("*.json")) - made.keys():
        path.unlink()
        touched.append(package.shown(path))
    return sorted(touched)


def check_derived(package: Package) -> Iterator[Finding]:
    """Every derived file that is missing, stale or left over."""
    made = package.derived()
    for path, text in made.items():
        if not path.exists():
            yield Finding("drift", package.shown(path), "is missing", REGENERATE)
        elif path.read_text(encoding="utf-8") != text:
            yield Finding("drift", package.shown(path), "is not what the models say", REGENERATE)
    for path in sorted(set((package.home / "schemas").glob("*.json")) - made.keys()):
        yield Finding("drift", package.shown(path), "belongs to no event of the registry", REGENERATE)


def check_breaks(package: Package) -> Iterator[Finding]:
    """Every breaking change since the last release, and every released example that was touched."""
    for found in evolution.breaks(package.topics, package.baseline()):
        readers = ", ".join(found.consumers) or "no service of this repository"
        yield Finding("break", f"{found.topic}: {found.place}", f"{found.what}. Read by {readers}", found.instead)
    frozen = package.released / "examples.json"
    digests = package.example_digests()
    for name, digest in (_json(frozen) if frozen.exists() else {}).items():
        if digests.get(name) != digest:
            what = "was changed" if name in digests else "was removed"
            remedy = "restore it (`git checkout`), and put the new case into a new file: released examples are frozen"
            yield Finding("break", f"libs/contracts/examples/{name}", what, remedy)


def check_examples(package: Package) -> Iterator[Finding]:
    """Valid examples decode and validate; invalid ones are refused where their manifest says. Two of each at least."""
    for topic, major, folder in package.example_folders():
        manifest = _json(folder / MANIFEST) if (folder / MANIFEST).exists() else {}
        valid, invalid = sorted(folder.glob("valid-*.json")), sorted(folder.glob("invalid-*.json"))
        if len(valid) < 2 or len(invalid) < 2:
            what = f"has {len(valid)} valid and {len(invalid)} invalid examples"
            yield Finding("examples", package.shown(folder), what, "write at least two of each, with realistic data")
        schema = schemas.record_schema(schemas.versions(topic)[major])
        refuses = _schema_check(schema)
        for path in valid:
            yield from _check_valid(package, topic, path, refuses)
        for path in invalid:
            yield from _check_invalid(package, topic, path, manifest.get(path.name), refuses)
        for name in sorted(manifest.keys() - {path.name for path in invalid}):
            yield Finding(
                "examples", package.shown(folder / MANIFEST), f"names {name}, which is not there", "remove it"
            )


def _check_valid(package: Package, topic: Topic, path: Path, refuses: Callable[[Any], bool]) -> Iterator[Finding]:
    remedy = "the model refuses a record that it accepted before: undo that, or make a new major version"
    try:
        topic.decode(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        yield Finding("examples", package.shown(path), f"does not decode: {_at(first)}: {first['msg']}", remedy)
        return
    if refuses(_json(path)):
        yield Finding("examples", package.shown(path), "decodes, but its schema refuses it", REGENERATE)


def _check_invalid(
    package: Package, topic: Topic, path: Path, expected: Mapping[str, Any] | None, refuses: Callable[[Any], bool]
) -> Iterator[Finding]:
    if expected is None:
        yield Finding("examples", package.shown(path), f"is not in {MANIFEST}", "state where and why it is refused")
        return
    try:
        topic.decode(path.read_bytes())
    except ValidationError as error:
        found = [(_at(one), one["msg"]) for one in error.errors()]
        if not any(at == expected["at"] and expected["says"] in says for at, says in found):
            wanted = f"{expected['at']}: {expected['says']}"
            what = f"is refused at {'; '.join(f'{at}: {says}' for at, says in found)}, not at {wanted}"
            yield Finding("examples", package.shown(path), what, f"correct the example or {MANIFEST}")
    else:
        yield Finding("examples", package.shown(path), "decodes, though it is invalid", "restore the rule it breaks")
    if refuses(_json(path)) != (expected["by"] == "schema"):
        what = f"the schema {'accepts' if expected['by'] == 'schema' else 'refuses'} it, against {MANIFEST}"
        yield Finding("examples", package.shown(path), what, 'correct `by`: "schema" or "model"')


def check_asyncapi(package: Package) -> Iterator[Finding]:
    """What the official parser says about the document."""
    document = package.home / "asyncapi.json"
    if not document.exists():
        return
    try:
        for line in asyncapi.findings(document, package.home / "asyncapi-check"):
            remedy = "correct contracts/documents/asyncapi.py or the model, then " + REGENERATE
            yield Finding("asyncapi", package.shown(document), line, remedy)
    except asyncapi.ParserUnavailableError as error:
        yield Finding("asyncapi", package.shown(document), f"was not checked: {error}", "make that possible, try again")


def check(package: Package, *, with_parser: bool = True) -> list[Finding]:
    """Everything that is wrong, breaks first."""
    checks = (check_breaks, check_derived, check_examples, *((check_asyncapi,) if with_parser else ()))
    return [finding for one in checks for finding in one(package)]


def release(package: Package, accepted: str | None) -> list[Finding]:
    """Make today's state the baseline; what stands in the way otherwise. `accepted` is the reason to release breaks."""
    in_the_way = [*check_breaks(package), *check_derived(package), *check_examples(package)]
    broken = [finding for finding in in_the_way if finding.check == "break"]
    if len(broken) < len(in_the_way) or (broken and accepted is None):
        return in_the_way
    package.released.mkdir(exist_ok=True)
    if broken:
        path = package.released / "exceptions.json"
        before = _json(path)["exceptions"] if path.exists() else []
        entries = [{"where": one.where, "what": one.what, "reason": accepted} for one in broken]
        path.write_text(schemas.as_text({"exceptions": before + entries}), encoding="utf-8")
    for stale in package.released.glob("*.v*.json"):
        stale.unlink()
    written = dict(schemas.record_schemas(package.topics))
    written["topics.json"] = {name: evolution.released_properties(one) for name, one in package.topics.items()}
    written["examples.json"] = package.example_digests()
    for name, document in written.items():
        (package.released / name).write_text(schemas.as_text(document), encoding="utf-8")
    return []


def _schema_check(schema: schemas.Schema) -> Callable[[Any], bool]:
    """Whether an independent validator refuses a record, formats included."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return lambda record: not validator.is_valid(record)


def _at(error: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"]) or "record"


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def main(argv: list[str]) -> int:
    """Run one of the commands; the exit code is 0, or 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="regua contracts", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (this one by default)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write schemas, AsyncAPI and docs/events.md")
    checking = commands.add_parser("check", help="fail on drift, broken examples and breaking changes")
    checking.add_argument("--json", action="store_true", help="print the findings as JSON")
    checking.add_argument("--without-parser", action="store_true", help="leave out the official AsyncAPI parser")
    releasing = commands.add_parser("release", help="make today's schemas and examples the baseline")
    releasing.add_argument("--accept", metavar="REASON", help="release in spite of breaking changes; kept with them")
    chosen = parser.parse_args(argv)
    package = Package(chosen.root.resolve(), TOPICS)
    if chosen.command == "generate":
        touched = generate(package)
        print("\n".join(touched) if touched else "everything was up to date")
        return 0
    if chosen.command == "check":
        found = check(package, with_parser=not chosen.without_parser)
    else:
        found = release(package, chosen.accept)
    if chosen.command == "check" and chosen.json:
        print(json.dumps({"ok": not found, "findings": [asdict(one) for one in found]}, ensure_ascii=False, indent=2))
        return 1 if found else 0
    for one in found:
        print(f"[{one.check}] {one.where} {one.what}\n    Instead: {one.remedy}")
    if not found:
        done = "hold" if chosen.command == "check" else "are the baseline now"
        print(f"contracts: {len(package.topics)} topics, {len(package.example_digests())} example files {done}")
    return 1 if found else 0
