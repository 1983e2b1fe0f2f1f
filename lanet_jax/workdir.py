"""The work folder of a run: its config at the start, its results at the end."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import jax
import ml_collections

from lanet_jax import json_files
from lanet_jax.errors import UserError
from lanet_jax.writer import write_text

ADVICE = "restore it, or choose another --workdir"
# What may differ when a run goes on: it changes nothing of what is computed.
FREE = ("profile.", "train.keep", "data.threads", "data.dir")


def claim(workdir: Path, config: ml_collections.ConfigDict, command: Sequence[str] = ()) -> None:
    """Writes `config.json` and `command.txt`, or checks that this is the run that wrote them.

    Args:
      workdir: folder of the run.
      config: resolved config.
      command: arguments of the command that makes the run.

    Raises:
      UserError: another run lives there; the differing keys are named.
    """
    path = workdir / "config.json"
    text = config.to_json(indent=2, sort_keys=True)
    if path.exists():
        then, now = flatten(json_files.read(path, ADVICE)), flatten(json.loads(text))
        differing = [
            f"{key} ({then[key]} there, {now[key]} now)"
            for key in sorted(then.keys() & now.keys())  # a newer version may have new fields
            if then[key] != now[key] and not key.startswith(FREE)
        ]
        if differing:
            raise UserError(
                f"{workdir} holds a run with another config: {', '.join(differing)}; choose "
                "another --workdir or the same fields"
            )
    if jax.process_index() == 0:
        workdir.mkdir(parents=True, exist_ok=True)
        write_text(path, text + "\n")
        line = shlex.join(["python", "-m", "lanet_jax.main", *command])
        write_text(workdir / "command.txt", line + "\n")


def load_config(workdir: Path) -> ml_collections.ConfigDict:
    """The resolved config of a run.

    Raises:
      UserError: the folder holds no run, or its config cannot be read.
    """
    path = workdir / "config.json"
    if not path.exists():
        raise UserError(f"{workdir} holds no run (no config.json): check --workdir")
    tree = _tuples(json_files.read(path, ADVICE))
    try:
        return ml_collections.ConfigDict(tree)
    except (ValueError, TypeError) as error:
        raise UserError(f"{path} is no config ({error}); {ADVICE}") from None


def flatten(tree: dict, prefix: str = "") -> dict[str, object]:
    """The fields of a config's JSON by their dotted names."""
    flat: dict[str, object] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def _tuples(value: object) -> object:
    # JSON knows no tuples, a config no lists.
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value
