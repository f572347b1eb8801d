"""`make check` and `make test`: one line and the seconds of every gate; what failed is shown whole, with what to do.

Without arguments: the gates and the tests without I/O, side by side, property tests with few examples. `--all` tries
them in full and goes on with the tests on real Kafka and PostgreSQL, the tests of the whole platform and the small
campaigns, one after the other. The last line is always `N passed, N failed`, where a gate counts as one; the exit code
is 0 only when nothing failed.
"""

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import FrameType

from regua.gates import GATES, TIERS, Gate, Outcome, Runner, Tier, cores, fast

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run; return the exit code."""
    unknown = [argument for argument in arguments if argument != "--all"]
    if unknown:
        print(f"check: unknown option {unknown[0]}; the only one is --all")
        return 2
    signal.signal(signal.SIGTERM, _as_interrupt)
    runner = Runner()
    started = time.monotonic()
    try:
        outcomes = side_by_side(runner, (fast("thorough" if "--all" in arguments else "quick"), *GATES))
        if "--all" in arguments:
            outcomes += one_by_one(runner)
    except KeyboardInterrupt:
        runner.close()
        print("check: interrupted")
        return INTERRUPTED
    return report(outcomes, time.monotonic() - started)


def side_by_side(runner: Runner, gates: tuple[Gate, ...]) -> list[Outcome]:
    """The gates and the fast tests at once, the long ones first; each line appears when its gate ends."""
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=cores() + 1) as pool:
        futures = [pool.submit(runner.run, gate) for gate in gates]
        try:
            for future in as_completed(futures):
                outcomes.append(future.result())
                show(outcomes[-1])
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            runner.close()
            raise
    return outcomes


def one_by_one(runner: Runner) -> list[Outcome]:
    """The tiers that share servers, output as it comes."""
    outcomes: list[Outcome] = []
    for tier in TIERS:
        print(f"\n{tier.name}:", flush=True)
        outcomes.append(runner.run(tier, live=True))
        show(outcomes[-1])
    return outcomes


def show(outcome: Outcome) -> None:
    """One line; after a failure the whole output and the remedy."""
    counted = ""
    if isinstance(outcome.gate, Tier):
        counted = f"  {outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
        if outcome.passed + outcome.failed + outcome.skipped == 0:
            counted = "  no tests ran" if not outcome.ok else "  no tests of this kind yet"
    print(f"{'ok  ' if outcome.ok else 'FAIL'} {outcome.gate.name:<36}{outcome.seconds:7.1f} s{counted}", flush=True)
    if not outcome.ok:
        print("\n" + outcome.output.strip() if outcome.output.strip() else "")
        print(f"\n  what to do: {outcome.gate.remedy}\n", flush=True)


def report(outcomes: list[Outcome], seconds: float) -> int:
    """Print the totals; the exit code is 1 when a gate or a test failed, or no test ran at all."""
    passed, failed = totals(outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    names = ", ".join(outcome.gate.name for outcome in outcomes if not outcome.ok)
    print(f"\n{len(outcomes)} gates and tiers in {seconds:.1f} s; {skipped} skipped; failed: {names or 'none'}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def totals(outcomes: list[Outcome]) -> tuple[int, int]:
    """Passed and failed over all: each test counts, and each gate that is not tests counts as one."""
    passed = failed = 0
    for outcome in outcomes:
        if isinstance(outcome.gate, Tier):
            passed += outcome.passed
            failed += outcome.failed or (0 if outcome.ok else 1)
        elif outcome.ok:
            passed += 1
        else:
            failed += 1
    return passed, failed


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
