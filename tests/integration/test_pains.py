"""What peers' users complained about for years: each of the twenty-five is named in the use case that shows it handled."""

import re
from pathlib import Path


def test_every_pain_is_named_in_a_use_case() -> None:
    named: set[int] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        named |= {int(number) for number in re.findall(r"^Pain (\d+):", file.read_text(), re.MULTILINE)}
    assert named == set(range(1, 26))
