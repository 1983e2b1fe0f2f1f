"""Finds and runs config and study files, by path or by the name of a bundled one."""

import ast
import difflib
import importlib.util
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import ml_collections

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded

# Installed, `configs` is a part of this package; in a checkout it stands beside it.
_HERE = Path(__file__).parents[1]
_SHIPPED = next(
    (p for p in (_HERE / "configs", _HERE.parent / "configs") if p.is_dir()), _HERE / "configs"
)
CONFIGS, STUDIES = "", "studies"


def find(name: str, kind: str = CONFIGS) -> Path:
    """Finds a file; `rafdb` and `configs/rafdb.py` are the bundled one unless they exist.

    Args:
      name: name as the user gave it, without presets.
      kind: `CONFIGS` or `STUDIES`.

    Returns:
      The path.

    Raises:
      UserError: there is no such file.
    """
    path = expanded(name)
    if path.is_file():
        return path
    stem = name.removeprefix("configs/").removeprefix("studies/").removesuffix(".py")
    files = {p.stem: p for p in _files(kind)}
    if stem in files:
        return files[stem]
    near = difflib.get_close_matches(stem, files, 1)
    what = "the name is empty" if not name else "a folder" if path.is_dir() else "no such file"
    hint = f"did you mean {near[0]}? " if near else ""
    raise UserError(f"{name or '--config='}: {what}; {hint}bundled are {', '.join(files)}")


def bundled(kind: str = CONFIGS) -> list[tuple[Path, str]]:
    """Lists the bundled files, each with the first line of its docstring."""
    trees = ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in _files(kind))
    return [(path, (ast.get_docstring(tree) or "").partition("\n")[0]) for path, tree in trees]


def presets(path: Path) -> dict[str, Callable]:
    """The presets that a config file has of its own, its `PRESETS`, by name."""
    return getattr(_module(path), "PRESETS", {})


def config(given: str) -> tuple[Path, ml_collections.ConfigDict]:
    """Reads a config file with its presets.

    Args:
      given: value of `--config`: a name or path, with presets after a colon.

    Returns:
      The file, and the config from its `get_config`.

    Raises:
      UserError: there is no such file or preset, or the file does not run.
    """
    name, colon, presets = given.partition(":")
    path = find(name)
    made = call(path, "get_config", *([presets] if colon else []))
    if not isinstance(made, ml_collections.ConfigDict):
        raise UserError(f"{path}: its get_config returns no ConfigDict but {type(made).__name__}")
    return path, made


def call(path: Path, function: str, *arguments: str) -> object:
    """Runs a file and calls one of its functions.

    Args:
      path: a Python file.
      function: name of a function that the file defines.
      *arguments: passed to the function.

    Returns:
      Its result.

    Raises:
      UserError: the file does not run, or lacks the function.
    """
    try:
        module = _module(path)
        if hasattr(module, function):
            return getattr(module, function)(*arguments)
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # a user's program may raise anything
        raise UserError(f"{path}{_line(path, error)}: {type(error).__name__}: {error}") from error
    raise UserError(f"{path}: it has no {function}, as the files in configs have")


def _files(kind: str) -> list[Path]:
    return sorted((_SHIPPED / kind).glob("[!_]*.py"))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: a Python file, NAME.py, was expected")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _line(path: Path, error: BaseException) -> str:
    """The line of the file where the error was raised."""
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}" if error.lineno else ""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    return f", line {lines[-1]}" if lines else ""
