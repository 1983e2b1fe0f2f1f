"""A signal to the command ends the part that is running."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SIGNALLED = """
import pathlib, signal, subprocess, sys
from benchmarks.card import runner
from benchmarks.card.part import Part
from lanet_jax.command_line import ending

class Popen(subprocess.Popen):
    def wait(self, timeout=None):
        print(self.pid, flush=True)
        return super().wait(timeout)

runner.subprocess.Popen = Popen
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
ending.interrupt_on_signals()
program = lambda part, answer: ["sleep", "600"]
runner.run([Part("a", "a", 1.0, "")], pathlib.Path(sys.argv[1]), "a card", 60.0, program=program)
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_the_part_as_well(tmp_path, number):
    with subprocess.Popen(
        [sys.executable, "-c", SIGNALLED, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline().startswith("a: about")
        started = int(process.stdout.readline())
        process.send_signal(number)
        assert "KeyboardInterrupt" in process.communicate()[1]
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)
