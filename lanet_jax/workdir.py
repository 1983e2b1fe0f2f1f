"""The work folder of a run: its config at the start, its results at the end."""

import hashlib
import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import jax
import ml_collections

from lanet_jax import json_files
from lanet_jax.errors import UserError
from lanet_jax.whole_file import write_text

ADVICE = "restore it, or choose another --workdir"
COMMAND = "command.txt"
ABSENT = "absent"
# What may differ when a run goes on: it changes nothing of what is computed.
FREE = ("profile.", "train.keep", "data.threads", "data.dir")


def claim(workdir: Path, config: ml_collections.ConfigDict, arguments: Sequence[str] = ()) -> None:
    """Writes `config.json` and `command.txt`, or checks that this is the run that wrote them.

    Args:
      workdir: folder of the run.
      config: resolved config.
      arguments: of the command that makes the run.

    Raises:
      UserError: another run lives there; the differing keys are named, those too that came or went
        with a version of this program, as they may change what is computed.
    """
    path = workdir / "config.json"
    text = config.to_json(indent=2, sort_keys=True)
    if path.exists():
        then, now = flatten(json_files.read(path, ADVICE)), flatten(json.loads(text))
        differing = [
            f"{key} ({then.get(key, ABSENT)} there, {now.get(key, ABSENT)} now)"
            for key in sorted(then.keys() | now.keys())
            if then.get(key, ABSENT) != now.get(key, ABSENT) and not key.startswith(FREE)
        ]
        if differing:
            advice = "choose another --workdir or the same fields"
            if then.keys() != now.keys():
                advice += (
                    "; a field that is absent came or went with a version of this program: go on "
                    "with the version that began the run, or, where the field changes nothing of "
                    f"it, write it into {path} or take it out"
                )
            raise UserError(
                f"{workdir} holds a run with another config: {', '.join(differing)}; {advice}"
            )
    if jax.process_index() == 0:
        workdir.mkdir(parents=True, exist_ok=True)
        write_text(path, text + "\n")
        line = shlex.join(["python", "-m", "lanet_jax.main", *arguments])
        write_text(workdir / COMMAND, line + "\n")


def command(workdir: Path) -> str:
    """The command that makes the run, and goes on with it."""
    return json_files.read_text(workdir / COMMAND, ADVICE).strip()


def seal_labels(workdir: Path) -> None:
    """Notes the checksum of `labels.csv` beside it, or checks that it is what it was.

    Args:
      workdir: folder of a run that has written its labels.

    Raises:
      UserError: they were changed, so that the run would go on with others than it began with.
    """
    labels, seal = workdir / "labels.csv", workdir / "labels.sha256"
    line = f"{hashlib.sha256(labels.read_bytes()).hexdigest()}  {labels.name}\n"  # as sha256sum
    if not seal.exists():
        write_text(seal, line)
    elif json_files.read_text(seal, ADVICE) != line:
        raise UserError(
            f"{labels} was changed since the run began ({seal.name} beside it is of another one): "
            "restore it, or delete it to have it made again; to train on it as it is, start a run "
            f"in another --workdir with --config.noise.kind=file --config.noise.file={labels}"
        )


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
