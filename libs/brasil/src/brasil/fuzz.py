"""Throw broken input at every parser: `python -m brasil.fuzz [TARGET] [RUNS]`; without TARGET, list them.

A parser passes if on any bytes it returns or raises `BrasilError` within a second. Beside random mutation (atheris
where it is installed, else a plain seeded loop) a run with seed files tries every truncation of each file and eight
substitutions of each of its bytes. A target may name an invariant: a function of (seed file, mutated file) that raises
AssertionError if the parser read from the mutated file something that it must not (e.g. other money).
"""

from __future__ import annotations

import argparse
import importlib
import random  # noqa: TID251  # a generator with a printed seed: the run can be repeated
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, cast

from brasil.errors import BrasilError

SLOWEST_ALLOWED_SECONDS: Final = 1.0
SUBSTITUTES: Final = (0x00, 0x1A, 0x20, 0x30, 0x39, 0x41, 0x80, 0xFF)
DEFAULT_RUNS: Final = 20_000
GOLDEN_FILES: Final = Path(__file__).parents[2] / "tests" / "golden"


@dataclass(frozen=True, slots=True)
class Target:
    """One parser to be tried.

    `entry` and `invariant` are written `module:function`, so that only the module under test is imported.
    The entry takes bytes; with `text` it takes str (the bytes read as latin-1); then `arguments`. `seeds` is a folder
    below `tests/golden`; `samples` are seeds short enough to stand here.
    """

    entry: str
    text: bool = False
    arguments: tuple[object, ...] = ()
    seeds: str | None = None
    samples: tuple[bytes, ...] = ()
    invariant: str | None = None


TARGETS: Final[dict[str, Target]] = {
    "cpf": Target("brasil.cpf:parse", text=True, samples=(b"529.982.247-25", b"11144477735")),
    "cnpj": Target("brasil.cnpj:parse", text=True, samples=(b"12.ABC.345/01DE-35", b"11222333000181")),
    "boleto-barcode": Target(
        "brasil.boleto.barcode:parse", text=True, samples=(b"34196166700000123451101234567880057123457000",)
    ),
    "boleto-line": Target(
        "brasil.boleto.line:parse", text=True, samples=(b"34191.75124 34567.840813 05367.890000 1 43290000000000",)
    ),
    "boleto-collection": Target(
        "brasil.boleto.collection:parse", text=True, samples=(b"856200000003900004222015408070000000001000325801",)
    ),
    "boleto-decode": Target(
        "brasil.boleto.decode:decode",
        text=True,
        arguments=(date(2026, 11, 22),),
        samples=(
            b"34191101213456788005871234570001616670000012345",
            b"10494324200000321120055077222133347777777771",
            b"85620000000900004222014080700000000100032580",
        ),
    ),
    "pix-key": Target("brasil.pix.keys:parse", text=True, samples=(b"+5511987654321", b"a@b.com.br", b"52998224725")),
    "br-code": Target(
        "brasil.pix.br_code:parse",
        text=True,
        samples=(
            b"00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
            b"5913Fulano de Tal6008BRASILIA62070503***63041D3D",
            b"00020126180014br.gov.bcb.pix5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***"
            b"80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002630462C9",
        ),
    ),
    "pix-webhook": Target(
        "brasil.pix.received:parse_webhook",
        samples=(
            b'{"pix":[{"endToEndId":"E12345678202009091221kkkkkkkkkkk","txid":"c3e0e7a4e7f1469a9f782d3d4999343c",'
            b'"valor":"110.00","horario":"2020-09-09T20:15:00.358Z","infoPagador":"0123456789","devolucoes":'
            b'[{"id":"123ABC","rtrId":"D12345678202009091221abcdf098765","valor":"10.00","status":"DEVOLVIDO"}]}]}',
        ),
    ),
    "pix-cobr-webhook": Target(
        "brasil.pix.automatic:parse_cobr_webhook",
        samples=(
            b'{"cobsr":[{"idRec":"RR1234567820240115abcdefghijk","txid":"7f733863543b4a16b516d839bd4bc34e",'
            b'"status":"ATIVA","atualizacao":[{"status":"CRIADA","data":"2024-05-20T12:13:20.222Z"}],"tentativas":'
            b'[{"dataLiquidacao":"2024-08-20","tipo":"AGND","endToEndId":"E12345678202408201221abcdef12345",'
            b'"status":"SOLICITADA","atualizacao":[]}]}]}',
        ),
    ),
    **{
        name: Target(
            "brasil.bank_files.detect:inspect",
            seeds=f"{name}/files",
            invariant="brasil.bank_files.proof:check_damage",
        )
        for name in ("cnab400", "cnab240", "cnab150")
    },
    "ofx": Target("brasil.statements.ofx:read", seeds="ofx"),
    "camt": Target("brasil.statements.camt:read", seeds="camt"),
    "nfe": Target("brasil.nfe:read", seeds="nfe"),
    "nfe-key": Target(
        "brasil.nfe:validate_access_key", text=True, samples=(b"35180834128745000152550010000474281920007498",)
    ),
}


class Failure(Exception):  # noqa: N818  # it is the finding of a run, not an error of the library
    """A parser crashed, hung or broke its invariant; carries the input that did it."""

    def __init__(self, reason: str, data: bytes) -> None:
        super().__init__(f"{reason}; input: {data[:400]!r}{'…' if len(data) > 400 else ''}")
        self.data = data


def resolve(path: str) -> Callable[..., object]:
    """Import `module:function`."""
    module, _, name = path.partition(":")
    return cast("Callable[..., object]", getattr(importlib.import_module(module), name))


def runner(target: Target) -> Callable[[bytes], None]:
    """Return a function of bytes that raises only if the parser does what no parser may."""
    entry = resolve(target.entry)

    def run(data: bytes) -> None:
        started = time.perf_counter()
        try:
            entry(data.decode("latin-1") if target.text else data, *target.arguments)
        except BrasilError:
            pass
        except Exception as error:
            raise Failure(f"raised {type(error).__name__}: {error}", data) from error
        seconds = time.perf_counter() - started
        if seconds > SLOWEST_ALLOWED_SECONDS:
            raise Failure(f"took {seconds:.1f} s", data)

    return run


def seeds_of(target: Target, folder: Path = GOLDEN_FILES) -> list[bytes]:
    """Return the samples and the seed files of a target."""
    files = sorted((folder / target.seeds).rglob("*")) if target.seeds else []
    return [*target.samples, *(path.read_bytes() for path in files if path.is_file())]


def neighbours(seed: bytes) -> Iterator[bytes]:
    """Yield every truncation of a seed, then eight substitutions of each of its bytes."""
    for end in range(len(seed)):
        yield seed[:end]
    for position, original in enumerate(seed):
        for substitute in SUBSTITUTES:
            if substitute != original:
                yield seed[:position] + bytes([substitute]) + seed[position + 1 :]


def mutate(seed: bytes, chance: random.Random) -> bytes:
    """Return `seed` after one to four random edits: change, insert, delete, repeat or cut a stretch."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        length = min(len(data) - at, chance.choice((1, 1, 1, 2, 4, 16, 64)))
        match chance.randrange(5):
            case 0:
                data[at : at + length] = chance.randbytes(length)
            case 1:
                data[at:at] = chance.randbytes(chance.choice((1, 1, 2, 8)))
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length] * chance.choice((1, 2, 8))
            case _:
                data[at : at + length] = chance.choice((b"0", b"9", b" ", b"-", b"A", b"\xff")) * length
    return bytes(data)


def exhaust(target: Target) -> int:
    """Try all neighbours of all seeds, with the invariant; return how many inputs that was."""
    run = runner(target)
    invariant = resolve(target.invariant) if target.invariant else None
    count = 0
    for seed in seeds_of(target):
        for data in neighbours(seed):
            count += 1
            run(data)
            if invariant is not None:
                try:
                    invariant(seed, data)
                except AssertionError as broken:
                    raise Failure(f"broke its invariant: {broken}", data) from broken
    return count


def mutation_loop(target: Target, runs: int, seed: int = 1) -> int:
    """Try `runs` inputs: three of four mutated from a seed file, the others random; return `runs`."""
    run = runner(target)
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    corpus = seeds_of(target) or [b""]
    for _ in range(runs):
        if chance.random() < 0.75:
            run(mutate(chance.choice(corpus), chance))
        else:
            run(chance.randbytes(chance.choice((0, 1, 8, 44, 47, 240, 800))))
    return runs


def atheris_loop(name: str, runs: int) -> bool:
    """Fuzz with atheris if it is installed; it ends the process when done. Return False if it is not there.

    Must run before anything else has imported the parser: only then its branches can be watched. What it finds worth
    keeping stays in a folder of the system's temporary files, and the next run goes on from there.
    """
    target = TARGETS[name]
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        return False
    with atheris.instrument_imports(include=["brasil"], enable_loader_override=False):
        run = runner(target)
    corpus = Path(tempfile.gettempdir()) / f"brasil-fuzz-{name}"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds_of(target)):
        (corpus / f"seed-{number:05d}").write_bytes(seed)
    atheris.Setup([sys.argv[0], f"-runs={runs}", "-timeout=5", str(corpus)], run)
    atheris.Fuzz()
    return True


def main(argv: Sequence[str] | None = None) -> int:
    """Run one target, or list them; return 0 if nothing was found, 1 with the input if something was."""
    parser = argparse.ArgumentParser(prog="python -m brasil.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", choices=[*TARGETS, "all"], metavar="TARGET")
    parser.add_argument("runs", nargs="?", type=int, default=DEFAULT_RUNS, metavar="RUNS")
    parser.add_argument("--seed", type=int, default=1, help="of the plain mutation loop")
    parser.add_argument("--atheris", action="store_true", help="coverage-guided, if atheris is installed")
    args = parser.parse_args(argv)
    if args.target is None:
        for name, target in TARGETS.items():
            print(f"{name:<20} {target.entry}")
        return 0
    chosen = list(TARGETS) if args.target == "all" else [args.target]
    for name in chosen:
        target = TARGETS[name]
        started = time.perf_counter()
        try:
            if args.atheris and atheris_loop(name, args.runs):
                return 0
            count = exhaust(target) + mutation_loop(target, args.runs, args.seed)
        except Failure as failure:
            print(f"{name}: {failure}")
            return 1
        print(f"{name:<20} {count:>10} inputs  0 crashes  {time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
