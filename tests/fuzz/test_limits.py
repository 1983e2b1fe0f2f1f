"""A reader without an end fails its test, whatever it makes of errors; and inputs are many."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import threading
from lanet_jax.errors import UserError
from tests.fuzz import conftest

conftest.SECONDS, conftest.WAIT = 0.2, 2

def loops():
    try:
        while True:
            pass
    except Exception as error:
        raise UserError("damaged") from error

def waits():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

def loops_in_c():
    sum(range(10**14))

conftest.read(2, {reader})
"""


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("loops", "AssertionError: not read after 0.2 s"),
        ("waits", "Timeout"),
        ("loops_in_c", "Timeout"),
    ],
)
def test_a_reader_without_an_end_fails(reader, said):
    command = [sys.executable, "-c", PROGRAM.format(reader=reader)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert said in done.stderr and f"in {reader}" in done.stderr


def test_a_thousand_inputs_at_least_are_corrupted():
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    examples = [int(n) for text in texts for n in re.findall(r"\bmax_examples=(\d+)", text)]
    assert sum(examples) >= 1000, examples  # a lower bound: a parametrized test counts once
