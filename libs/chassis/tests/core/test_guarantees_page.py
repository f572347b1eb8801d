"""Every guarantee names a test, and the test is there."""

import ast
import re
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "guarantees.md"
LINK = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")


def test_every_test_that_the_page_names_exists() -> None:
    named = LINK.findall(PAGE.read_text())
    assert len(named) > 25
    for name, path in named:
        tree = ast.parse((PAGE.parent / path).read_text())
        functions = {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions, f"{path} has no {name}"


def test_every_guarantee_names_a_test_or_the_checks_above_it() -> None:
    text = PAGE.read_text().split("## What is not guaranteed")[0]
    for item in re.split(r"\n- ", text)[1:]:
        sentence = item.split("\n##")[0]
        assert LINK.search(sentence) or "Every check above" in sentence, sentence
