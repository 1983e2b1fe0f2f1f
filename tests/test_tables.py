"""The tables of README, docs and cards are tables to Markdown: a header, a rule, equal columns."""

import re
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("*.md", "docs/**/*.md", "data/**/*.md", "lanet_jax/**/*.md")
PAGES = sorted({path for pattern in FOLDERS for path in ROOT.glob(pattern)})


def _tables(text):
    """The lines of each table, with code taken out."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for is_row, lines in groupby(prose.splitlines(), lambda line: line.startswith("|")):
        if is_row:
            yield [re.sub(r"`[^`]*`", "", line) for line in lines]


def _columns(line):
    return len(re.findall(r"(?<!\\)\|", line)) - 1


def _faults(text):
    for rows in _tables(text):
        if len(rows) < 2 or not re.fullmatch(r"\|([ :-]+\|)+", rows[1]):
            yield f"no header: {rows[0]}"
        yield from (row for row in rows if _columns(row) != _columns(rows[0]))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tables_have_a_header_and_equal_columns(page):
    assert not list(_faults(page.read_text(encoding="utf-8")))


def test_a_lost_header_and_a_lost_column_are_seen():
    assert not list(_faults("| a \\| b | c |\n|---|---|\n| `x | y` | 2 |\n"))
    assert list(_faults("| a | 1 | 2 |\n| b | 3 | 4 |\n"))
    assert list(_faults("| a | b |\n|---|---|\n| 1 |\n"))
