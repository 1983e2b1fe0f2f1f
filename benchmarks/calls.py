"""Measures the first prediction of this process; `benchmarks.first_call` starts it.

Prints a line of JSON after each step: CPU seconds of all threads, elapsed seconds, peak memory in
bytes.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of `ru_maxrss`


def _timed(name: str, step: Callable[[], Any]) -> Any:
    start, begun = time.perf_counter(), time.process_time()
    result = step()
    cpu, elapsed = time.process_time() - begun, time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
    print(json.dumps({"step": name, "cpu": cpu, "elapsed": elapsed, "peak": peak}), flush=True)
    return result


def main(model: str, image: str, faces: str) -> None:
    """Imports the package, loads a network and predicts one image twice."""
    package = _timed("import lanet_jax", lambda: __import__("lanet_jax"))
    network = _timed("load()", lambda: package.load(model))
    for name in ("first predict()", "second predict()"):
        _timed(name, lambda: network.predict(image, faces=faces))


if __name__ == "__main__":
    main(*sys.argv[1:])
