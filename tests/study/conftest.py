"""A study of two methods and two seeds, whose runs a fake program makes."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

from lanet_jax.study.grid import Axis, Level, Study

FAKE = Path(__file__).with_name("fake_main.py")
CONFIG = """
from configs import demo

def get_config(presets=None):
    c = demo.get_config("tiny")
    c.noise.rate = 0.3
    return c
"""


@pytest.fixture
def write_run():
    spec = importlib.util.spec_from_file_location("fake_main", FAKE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.write_run


@pytest.fixture
def config(tmp_path) -> str:
    """A config file of our own."""
    path = tmp_path / "config.py"
    path.write_text(CONFIG)
    return str(path)


@pytest.fixture
def study(config) -> Study:
    methods = tuple(Level(m, (m.upper(),), (f"method={m}",)) for m in ("ce", "lanet"))
    column = Level("demo", ("Demo",), config=config)
    return Study("Two methods", (Axis(("Method",), methods),), Axis(("Data",), (column,)), (0, 1))


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "study"
    path.mkdir()
    return path


class Fake:
    """The fake program: what it shall do, and what it was asked to do."""

    def __init__(self, home: Path) -> None:
        self.home = home
        # Without the site-packages it starts at once.
        self.program = (sys.executable, "-I", "-S", str(home / FAKE.name))
        shutil.copy(FAKE, home)
        self.trouble()

    def trouble(self, **cells: str) -> None:
        """Sets the trouble of cells: ce_0="kill"."""
        named = {name.replace("_", "-"): kind for name, kind in cells.items()}
        (self.home / "trouble.json").write_text(json.dumps(named))

    def calls(self) -> list[str]:
        """The cells that it was called for since the last time."""
        path = self.home / "calls.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines


@pytest.fixture
def fake(tmp_path) -> Fake:
    home = tmp_path / "fake"
    home.mkdir()
    return Fake(home)
