"""`python -m regua.guards [ROOT]`: run every guard; exit code 1 when one found something."""

import sys
from pathlib import Path

from regua.guards.catalogue import run_all
from regua.guards.tree import Tree
from regua.root import ROOT


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else ROOT
    found = 0
    for guard, findings in run_all(Tree(root)):
        for finding in findings:
            print(f"[{guard.name}] {finding}")
        found += len(findings)
    print(f"{found} findings" if found else "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
