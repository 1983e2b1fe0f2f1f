"""Arguments of commands: their types, and what the help and the errors say of them."""

import argparse

import pytest

from lanet_jax.command_line.parser import Parser, share, whole
from lanet_jax.errors import UserError


def test_a_share():
    assert [share(text) for text in ("0", "1", "0.25", "1e-3")] == [0, 1, 0.25, 1e-3]


@pytest.mark.parametrize("text", ["-0.1", "1.01", "nan", "inf", "half", "50%"])
def test_what_is_no_share(text):
    with pytest.raises(argparse.ArgumentTypeError, match="must be a number from 0 to 1"):
        share(text)


def test_whole_numbers_have_limits():
    assert [whole(1)("1"), whole(0)("0"), whole(1, 3)("3"), whole(-5)("-5")] == [1, 0, 3, -5]
    for read, text, told in (
        (whole(1), "0", "'0': must be a whole number, 1 or more"),
        (whole(1, 3), "4", "'4': must be a whole number, from 1 to 3"),
        (whole(1), "1.5", "'1.5': must be a whole number, 1 or more"),
        (whole(-5), "x", "'x': must be a whole number, -5 or more"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=told):
            read(text)


def test_a_wrong_value_ends_with_one_line_that_names_the_flag():
    parser = Parser(prog="lanet x")
    parser.add_argument("--limit", type=whole(1))
    told = r"^argument --limit: '0': must be .* \(see lanet x --help\)$"
    with pytest.raises(UserError, match=told):
        parser.parse_args(["--limit=0"])
    with pytest.raises(UserError, match="unrecognized arguments: --lim=1"):
        parser.parse_args(["--lim=1"])  # not taken for --limit


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_value_is_told_by_its_name(empty):
    parser = Parser(prog="lanet x")
    parser.add_argument("--data", default="")
    parser.add_argument("source", nargs="*", metavar="SOURCE")
    for words, name in ((["--data", empty], "--data"), (["a", empty], "SOURCE")):
        with pytest.raises(UserError, match=f"^{name} is empty; is a variable of your shell unset"):
            parser.parse_args(words)


def test_the_help_shows_a_default_once():
    parser = Parser(prog="lanet x")
    parser.add_argument("--many", default=3, help="how many")
    parser.add_argument("--few", default=2, help="how few (default: two)")
    for name, value in (("--none", None), ("--empty", ""), ("--list", []), ("--off", False)):
        parser.add_argument(name, default=value, help=f"of {name[2:]}")
    text = parser.format_help()
    assert "how many (default: 3)" in text and text.count("default") == 2
