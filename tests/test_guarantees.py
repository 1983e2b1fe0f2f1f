"""Each promise of docs/guarantees.md names tests that hold it, and all of them exist."""

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
PROMISES = [line for line in PAGE.splitlines() if line.startswith("- ")]


@functools.cache
def functions_of(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_held_by_tests_that_exist(promise):
    words, *named = re.split(r" (?=`tests/)", promise)
    assert words.endswith(".") and named
    for name in named:
        file, _, test = name.strip("`").partition("::")
        assert test.startswith("test_") and test in functions_of(file), name


def test_every_test_on_the_page_belongs_to_a_promise_and_none_stands_twice():
    named = re.findall(r"tests/[\w/]+\.py::\w+", PAGE)
    assert len(named) > 80
    assert len(set(named)) == len(named)
    assert len(named) == sum(line.count("::") for line in PROMISES)
