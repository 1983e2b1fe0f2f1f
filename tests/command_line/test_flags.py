"""Every argument of a command's function has a flag that reaches it, with the same default."""

import importlib
import inspect
import sys

import pytest

from lanet_jax.devices import runtime

# Module, function, and the words that it cannot do without.
COMMANDS = [
    ("agreement", "agreement", ["--workdir=run"]),
    ("audit.__main__", "audit", []),
    ("audit.review_merge", "merge", ["one.json", "two.json", "--out=all.json"]),
    ("evaluate.__main__", "evaluate", ["--workdir=run"]),
    ("export.__main__", "export", ["--workdir=run", "--format=onnx"]),
    ("figures.__main__", "figures", ["--workdir=run"]),
    ("merge", "merge", ["faces.csv"]),
    ("predict.__main__", "predict", ["photos", "--out=faces.csv"]),
]


@pytest.mark.parametrize(("module", "function", "needed"), COMMANDS)
def test_every_argument_has_a_flag(monkeypatch, module, function, needed):
    command = importlib.import_module(f"lanet_jax.{module}")
    expected = inspect.signature(getattr(command, function)).parameters
    told = {}
    monkeypatch.setattr(command, function, lambda **arguments: told.update(arguments))
    monkeypatch.setattr(runtime, "start", lambda **_: None)
    monkeypatch.setattr(command, "interrupt_on_signals", lambda: None, raising=False)
    monkeypatch.setattr(sys, "argv", ["lanet", *needed])
    command.main()
    assert told.keys() == expected.keys()
    empty = inspect.Parameter.empty
    optional = {name: p.default for name, p in expected.items() if p.default is not empty}
    asked = {word.partition("=")[0].removeprefix("--") for word in needed}
    differing = {
        name: (told[name], default)
        for name, default in optional.items()
        if name not in asked and told[name] != default
    }
    assert differing == {}
