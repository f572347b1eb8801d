"""Both front pages say the same: sections, code, tables and links; only the language differs."""

import re

import pytest

from regua.root import ROOT

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
PORTUGUESE = (ROOT / "README.pt-BR.md").read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    """The code of the page that is run or copied, without its comments."""
    found = re.findall(r"```(?:bash|python)\n(.*?)```", page, re.DOTALL)
    return [re.sub(r"[ \t]*#[^\n]*", "", block) for block in found]


def test_a_comment_is_all_that_may_differ_in_code():
    assert len(blocks(ENGLISH)) == 2
    assert blocks(ENGLISH) == blocks(PORTUGUESE)


def test_the_sections_and_tables_are_as_many_and_as_long():
    def shape(page: str) -> list[int]:
        return [section.count("\n|") for section in page.split("\n## ")]

    assert shape(ENGLISH) == shape(PORTUGUESE)


def test_both_link_to_the_same_places():
    def links(page: str) -> set[str]:
        return {link for link in re.findall(r"\]\(([^)#]+)", page) if not link.startswith("README")}

    assert links(ENGLISH) == links(PORTUGUESE)


@pytest.mark.parametrize("page", [ENGLISH, PORTUGUESE])
def test_every_make_target_and_command_that_is_named_exists(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z-]+)`?", page):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
