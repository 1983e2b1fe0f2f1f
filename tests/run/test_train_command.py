"""The line that starts a command again."""

import shlex
import sys

from lanet_jax.run import train_command


def test_an_activated_environment_is_named_by_its_word(monkeypatch, tmp_path):
    (tmp_path / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert train_command.line(["--config=a b.py"]) == ("python -m lanet_jax.main '--config=a b.py'")


def test_another_python_on_the_path_is_not_taken_for_this_one(monkeypatch, tmp_path):
    """A link into an environment is the same file, but has other packages."""
    (tmp_path / "python").symlink_to(sys.executable)
    for path in (str(tmp_path), ""):
        monkeypatch.setenv("PATH", path)
        assert train_command.line(["x"]) == shlex.join(
            [sys.executable, "-m", "lanet_jax.main", "x"]
        )
