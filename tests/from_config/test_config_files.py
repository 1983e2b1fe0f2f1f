"""A config file that cannot be used is one line that says where in it."""

import pytest

from lanet_jax.errors import UserError
from lanet_jax.from_config import config_files


@pytest.fixture
def refused(tmp_path):
    """The line that a config file of this text ends with, without its path."""

    def call(content, name="mine.py", presets=""):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(UserError) as caught:
            config_files.config(f"{path}{presets}")
        line = str(caught.value)
        assert line.startswith(str(path)) and "\n" not in line
        return line.removeprefix(str(path))

    return call


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def get_config(:\n", ", line 1: SyntaxError: "),
        ("x = 1\nimport no_such_module\n", ", line 2: ModuleNotFoundError: "),
        ("def get_config():\n    return epochs\n", ", line 2: NameError: "),
        ("import sys\nsys.exit(3)\n", ", line 2: SystemExit: 3"),
        ("x = 1\n", ": it has no get_config"),
        ("def get_config():\n    return {}\n", ": its get_config returns no ConfigDict but dict"),
        (b"x = '\xff'\n", "SyntaxError: "),
        (b"x = '\0'\n", "null byte"),
    ],
)
def test_a_file_that_does_not_run(refused, text, said):
    line = refused(text)
    assert said in line and "line None" not in line and "line 0" not in line


def test_an_interrupt_while_it_runs_is_the_user_s(refused):
    with pytest.raises(KeyboardInterrupt):
        refused("def get_config():\n    raise KeyboardInterrupt\n")


def test_a_file_of_another_kind(refused):
    assert refused("{}", "mine.json") == ": a Python file, NAME.py, was expected"


def test_presets_that_a_file_does_not_take(refused):
    assert "TypeError: get_config() takes 0 positional" in refused(
        "def get_config():\n    pass\n", presets=":tiny"
    )
