"""How a command ends: by an error in one line, with its exit code."""

import errno
import functools
import os
import signal
import sys
from collections.abc import Callable

from lanet_jax.command_line import console
from lanet_jax.errors import UserError

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the disk is read-only: choose a folder that can be written",
    errno.EACCES: "permission denied: choose a folder that can be written",
    errno.EPERM: "not permitted: choose a folder that can be written",
    errno.EISDIR: "a folder has this name: choose another",
    errno.ENOTDIR: "a file has the name of a folder on the way: choose another",
    errno.EEXIST: "a file has this name: choose another",
    errno.ENOENT: "there is no such file or folder: check the name",
    errno.ENAMETOOLONG: "the name is too long for this disk: choose a shorter one",
    errno.EFBIG: "the file would be larger than this disk or `ulimit -f` allows: choose another",
    errno.EMFILE: "too many files are open: raise the limit with `ulimit -n`",
    errno.EXDEV: "the folder lies on two disks: choose one that lies on one",
}
_ANY = "see that the disk and the file can be used, then run the same command again"


def exit_on_user_error(main: Callable[..., None]) -> Callable[..., None]:
    """Wraps a command, so that a `UserError` or an unusable file ends it with one line."""

    @functools.wraps(main)
    def wrapped(*args, **kwargs) -> None:
        try:
            console.prepare()
            _check_locale()
            main(*args, **kwargs)
            if sys.stdout is not None:
                sys.stdout.flush()  # so that a full disk is noticed now, not at exit
            return
        except UserError as error:
            line, code = str(error), 1
        except OSError as error:
            line, code = str(UserError(_of_disk(error))), 1
        except RuntimeError as error:
            if "home directory" not in str(error):  # what pathlib says
                raise
            line, code = "there is no home folder for ~: set HOME, or name the folder", 1
        except KeyboardInterrupt:
            line, code = "interrupted", 130
        print(f"error: {line}", file=sys.stderr)
        sys.exit(code)

    return wrapped


def interrupt_on_signals() -> None:
    """Makes SIGTERM and SIGHUP end this process as Ctrl-C does, unless they are ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, signal.default_int_handler)


def _check_locale() -> None:
    encoding = sys.getfilesystemencoding()
    if encoding.lower() not in ("utf-8", "utf8"):
        raise UserError(
            f"the locale's encoding is {encoding}, in which not every name of a file can be "
            "written: export LC_ALL=C.UTF-8, then run the same command again"
        )


def _of_disk(error: OSError) -> str:
    """The message for an unusable file or disk."""
    cause: BaseException | None = error
    while cause is not None:  # a library may wrap the system's error
        if isinstance(cause, OSError) and cause.errno is not None:
            reason = _REASONS.get(cause.errno) or f"{os.strerror(cause.errno)}: {_ANY}"
            return f"{_named(cause) or _named(error) or 'writing'}: {reason}"
        cause = cause.__cause__ or cause.__context__
    return f"{str(error).strip().partition(chr(10))[0] or type(error).__name__}: {_ANY}"


def _named(error: OSError) -> str:
    name = error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
