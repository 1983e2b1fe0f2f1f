"""A process that takes steps when it is told to, and sleeps on its pipe in between."""

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
    """The worker's side: a step, which must have finished when it returns, for each line read.

    Args:
      step: what is timed.
      warm_up: steps before the first that counts.
      device_peak: most bytes that were in use on an accelerator so far; None where there is none.
      **facts: what the other side should know, as JSON.
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
    """The other side.

    Args:
      command: starts the process.
      environment: variables of the process beside those of this one.

    Attributes:
      facts: what the worker told of itself.
      seconds: seconds of every step so far.
      peak_bytes: largest resident memory so far.
      device_peak_bytes: most that was in use on an accelerator so far; None where there is none.

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
        """Lets it take one step and waits for its end."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.seconds.append(answer["seconds"])
        self.peak_bytes = answer["peak_bytes"]
        self.device_peak_bytes = answer["device_peak_bytes"]

    def close(self) -> None:
        """Ends it."""
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise UserError(f"this process ended, its reason stands above: {self._command}")
        return json.loads(line)
