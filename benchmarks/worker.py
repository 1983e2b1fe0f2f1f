"""A process that runs a step for each line on its standard input, and blocks in between."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError


def serve(
    step: Callable[[], object],
    warm_up: int,
    device_peak: Callable[[], int | None] = lambda: None,
    **facts: Any,
) -> None:
    """Runs the worker: reads lines until its input ends, and answers each with the time of a step.

    Args:
      step: the timed function; its work must be finished when it returns.
      warm_up: steps before the first timed one.
      device_peak: gives the peak bytes in use on an accelerator; None without one.
      **facts: JSON values for the other side.
    """
    for _ in range(warm_up):
        step()
    _say(facts)
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        seconds = time.perf_counter() - start
        peaks = {"peak_bytes": _peak_bytes(), "device_peak_bytes": device_peak()}
        _say({"seconds": seconds, **peaks})


def _say(facts: dict[str, Any]) -> None:
    print(json.dumps(facts), flush=True)


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


class Worker:
    """Starts a worker process and asks it for steps.

    Args:
      command: command of the process.
      environment: variables added to this process's environment.

    Attributes:
      facts: the facts that the worker reported.
      seconds: seconds of every turn so far.
      peak_bytes: largest resident size so far.
      device_peak_bytes: peak bytes in use on an accelerator so far; None without one.

    Raises:
      UserError: the process ended before it was ready.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = " ".join(command)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
            env={**os.environ, **(environment or {})},
        )
        self.seconds: list[float] = []
        self.peak_bytes, self.device_peak_bytes = 0, None
        self.facts = self._answer()

    def step(self) -> None:
        """Lets the worker take a turn, and waits for it.

        Raises:
          UserError: the process ended.
        """
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.seconds.append(answer["seconds"])
        self.peak_bytes = answer["peak_bytes"]
        self.device_peak_bytes = answer["device_peak_bytes"]

    def close(self) -> None:
        """Ends the worker."""
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise UserError(f"this process ended for the reason shown above: {self._command}")
        return json.loads(line)
