"""The parser of every command except training; errors are one line, with exit code 1."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded


class _Defaults(argparse.HelpFormatter):
    """Shows each default that the help does not state itself; an empty text or path is none."""

    def _get_help_string(self, action: argparse.Action) -> str:
        text, value = action.help or "", action.default
        is_told = isinstance(value, bool) or value in (None, "", [], argparse.SUPPRESS)
        return text if is_told or "default" in text else f"{text} (default: %(default)s)"


class Parser(argparse.ArgumentParser):
    """Reads a command line; values must not be empty, and `~` is the home folder."""

    def __init__(self, **settings) -> None:
        super().__init__(allow_abbrev=False, **{"formatter_class": _Defaults} | settings)
        self.register("type", Path, expanded)

    def error(self, message: str) -> NoReturn:
        """Ends the command with one line."""
        raise UserError(f"{message} (see {self.prog} --help)")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # Called for values on the command line, but not for defaults, which may be empty.
        own = arg_strings[:1] if action.nargs == argparse.PARSER else arg_strings
        if not all(text.strip() for text in own):
            name = "/".join(action.option_strings) or action.metavar or action.dest
            self.error(f"{name} is empty; is a variable of your shell unset?")
        return super()._get_values(action, arg_strings)


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Makes the type of an argument that is a whole number.

    Args:
      least: the smallest allowed number.
      most: the largest one; None for no limit.

    Returns:
      A function that parses the argument.
    """

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            allowed = f"{least} or more" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number, {allowed}")
        return number

    return read


def share(text: str) -> float:
    """The type of an argument that is a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a number from 0 to 1")
    return number
