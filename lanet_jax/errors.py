"""The one error a user is meant to read, and how a command ends on it."""

import functools
import sys
from collections.abc import Callable


class UserError(Exception):
    """What was wrong, where (file, line, key) and what to do, in one line."""


def exit_on_user_error(main: Callable[..., None]) -> Callable[..., None]:
    """Wraps a command so that a `UserError` ends it with one line and exit code 1."""

    @functools.wraps(main)
    def wrapped(*args, **kwargs) -> None:
        try:
            main(*args, **kwargs)
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
            sys.exit(1)

    return wrapped
