"""What the commands that run cells share: the fields they pass on, their stop, their failures."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence

from lanet_jax.command_line.ending import interrupt_on_signals
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.study import failures


def overrides(rest: Sequence[str], what: str) -> list[str]:
    """Reads the arguments that a command's own parser leaves: fields of all its runs.

    Args:
      rest: those arguments, each `--config.FIELD=VALUE`.
      what: what the command runs, in the singular.

    Returns:
      `FIELD=VALUE` of each.

    Raises:
      UserError: an argument is something else.
    """
    for word in rest:
        if not word.startswith("--config.") or "=" not in word:
            raise UserError(f"{word}: not known; a field of every {what} is --config.FIELD=VALUE")
    return [word.removeprefix("--config.") for word in rest]


def require_one_process(advice: str = "") -> None:
    """Refuses to train runs one after the other where each would wait for other processes.

    Args:
      advice: what several hosts can do instead.

    Raises:
      UserError: the environment announces several processes.
    """
    where, count = runtime.announced()
    if count > 1:
        raise UserError(
            f"{where} is set and announces {count} processes, for which every run would wait: this "
            f"command trains on one host; unset {where}{advice and f' ({advice})'}"
        )


@contextlib.contextmanager
def stoppable(advice: str) -> Iterator[None]:
    """Ends the command as an interrupted one where a signal stops what is run within.

    Args:
      advice: how to go on, which is printed then.
    """
    interrupt_on_signals()
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nstopped; {advice}", file=sys.stderr)
        sys.exit(130)


def refuse_failures(failed: Mapping[str, str], count: int, what: str) -> None:
    """Ends the command with an error where a run failed.

    Args:
      failed: the reason for each failed run.
      count: number of runs, failed or not.
      what: what the command runs, in the plural.

    Raises:
      UserError: some failed; it says which and why.
    """
    if failed:
        raise UserError(
            f"{len(failed)} of {count} {what} failed ({failures.told(failed)}); the same command "
            "tries them again"
        )
