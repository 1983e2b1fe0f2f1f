"""The one error a user is meant to read, and how a command ends on it."""

import errno
import functools
import re
import sys
from collections.abc import Callable

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the disk is read-only: choose a folder that can be written",
    errno.EACCES: "permission denied: choose a folder that can be written",
    errno.EISDIR: "a folder has this name: choose another",
    errno.ENOTDIR: "a file has the name of a folder on the way: choose another",
    errno.EEXIST: "a file has this name: choose another",
}


# What breaks a line or moves a terminal's cursor.
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class UserError(Exception):
    """What was wrong, where (file, line, key) and what to do, in one line."""

    def __str__(self) -> str:
        # Names and words of a file stand in a message, and they may hold anything.
        return CONTROL_CHARACTER.sub(lambda found: repr(found[0])[1:-1], super().__str__())


def exit_on_user_error(main: Callable[..., None]) -> Callable[..., None]:
    """Wraps a command: a `UserError`, or what cannot be written, ends it with one line."""

    @functools.wraps(main)
    def wrapped(*args, **kwargs) -> None:
        try:
            main(*args, **kwargs)
        except UserError as error:
            line = str(error)
        except OSError as error:
            if error.errno not in _REASONS:
                raise
            line = f"{error.filename or 'writing'}: {_REASONS[error.errno]}"
        else:
            return
        print(f"error: {line}", file=sys.stderr)
        sys.exit(1)

    return wrapped
