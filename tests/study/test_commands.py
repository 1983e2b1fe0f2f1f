import pytest

from lanet_jax.errors import UserError
from lanet_jax.study import commands


def test_only_fields_are_passed_on():
    assert commands.overrides(["--config.seed=3", "--config.a.b=x=y"], "run") == [
        "seed=3",
        "a.b=x=y",
    ]
    for word in ("--config.seed", "--seed=3", "seed=3"):
        with pytest.raises(UserError) as caught:
            commands.overrides(["--config.seed=3", word], "fold")
        told = f"{word}: not known; a field of every fold is --config.FIELD=VALUE"
        assert str(caught.value) == told


def test_a_stopped_command_says_how_to_go_on(capsys, monkeypatch):
    monkeypatch.setattr(commands, "interrupt_on_signals", lambda: None)
    with pytest.raises(SystemExit) as caught, commands.stoppable("the same command resumes it"):
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert capsys.readouterr().err == "\nstopped; the same command resumes it\n"


def test_failures_are_counted_with_their_reasons():
    commands.refuse_failures({}, 2, "cells")
    with pytest.raises(UserError) as caught:
        commands.refuse_failures({"a": "no images", "b": "no memory"}, 3, "folds")
    assert str(caught.value) == (
        "2 of 3 folds failed (a: no images; b: no memory); the same command tries them again"
    )
