"""`benchmarks.pipeline`: what it times."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_epochs_too_short_to_be_timed_are_one_line():
    # In a process of its own, as the flags of two benchmarks have the same names.
    script = (
        "from benchmarks import pipeline\n"
        "from lanet_jax.command_line.ending import exit_on_user_error\n"
        "print(pipeline.timed(6))\n"
        "exit_on_user_error(lambda: pipeline.timed(5))()\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "(1, 6)\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: an epoch has 5 steps: 6 or more are needed")
