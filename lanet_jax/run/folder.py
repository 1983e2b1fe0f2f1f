"""Claims a work folder for a run, and checks that a resumed run is the same one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import ml_collections
from flax.traverse_util import flatten_dict

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text
from lanet_jax.files.digest import sha256
from lanet_jax.files.home import expanded
from lanet_jax.run import inputs, paths, train_command
from lanet_jax.run.inputs import ADVICE
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.values import ABSENT, change

# Fields that older configs lack, with the values that held when these were written.
LATER: dict[str, dict[str, Any]] = {
    "ce": {"targets": "labels"},
    "augment": {"resample": "linear", "noise_prob": 0.0, "noise_variance": 30.0},
    "data": {"streams": 1},
    "el": {"hidden": "features"},
    "landmarks": {"enabled": True, "frame": "image", "points": "all"},
    "lde": {
        "landmark_space": "features",
        "memory": 0,
        "neighbor_labels": "predicted",
        "sharpness": 1.0,
    },
    "loss": {"trust": 0.0, "trust_balance": 0.0},
    "model": {"family": "resnet", "blocks": 13, "frozen_stages": 0},
    "optim": {"warmup": 0.0, "head_learning_rate": 0.0},
}
# Fields that may differ when a run resumes, as they do not change what is computed.
FREE = ("profile.", "train.keep", "data.threads", "data.dir")


def claim(workdir: Path, config: ml_collections.ConfigDict, arguments: Sequence[str] = ()) -> None:
    """Writes `config.json` and `command.txt`; one process does this for all.

    A run that ended before its first row or checkpoint, for example a mistyped one, binds nothing:
    its config is overwritten, and labels drawn with another config are drawn again.

    Args:
      workdir: folder of the run.
      config: resolved config, which the folder keeps.
      arguments: arguments of the training command.

    Raises:
      UserError: the folder belongs to another run, see `check`.
    """
    files, text = RunFolder(workdir), _text(config)
    path = files.config
    if has_begun(workdir):
        if not path.exists():
            raise UserError(
                f"{workdir} holds rows or checkpoints of a run but no {path.name}, so they may "
                f"belong to another one: {ADVICE}"
            )
        check(workdir, config)
    else:
        files.inputs.unlink(missing_ok=True)
        if path.exists() and path.read_bytes() != text.encode():
            for stale in (files.labels, files.seal):
                stale.unlink(missing_ok=True)
    workdir.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    write_text(files.command, train_command.line(arguments) + "\n")


def check(workdir: Path, config: ml_collections.ConfigDict) -> None:
    """Checks that a config is that of the run in a folder; every process must call it.

    Args:
      workdir: folder of the run.
      config: resolved config, compared with the kept one.

    Raises:
      UserError: the folder belongs to another run. The differing keys are named, including keys
        that a version of this program added or removed, as they may change what is computed.
    """
    path = RunFolder(workdir).config
    if not path.exists():
        return
    then = flatten_dict(_completed(json_files.read(path, ADVICE)), sep=".")
    now = flatten_dict(json.loads(_text(config)), sep=".")
    differing = [
        change(key, then, now)
        for key in sorted(then.keys() | now.keys())
        if then.get(key, ABSENT) != now.get(key, ABSENT)
        and not key.startswith(FREE)
        and not (key in inputs.FILES and _is_same_file(workdir, key, then.get(key), now.get(key)))
    ]
    if differing:
        advice = "choose another --workdir or the same fields"
        if then.keys() != now.keys():
            advice += (
                "; an absent field was added or removed by a version of this program: resume with "
                "the version that began the run or, if the field does not change the run, "
                f"add it to {path} or remove it there"
            )
        raise UserError(
            f"{workdir} holds a run with another config: {', '.join(differing)}; {advice}"
        )


def _is_same_file(workdir: Path, field: str, then: object, now: object) -> bool:
    if not (isinstance(then, str) and isinstance(now, str) and then and now):
        return False
    # Earlier versions stored a path as it was given, relative to the folder of the command.
    return str(expanded(then).absolute()) == now or inputs.is_same_file(workdir, field, now)


def identity(workdir: Path) -> dict[str, Any]:
    """The identity of a run, stored in every checkpoint; only checkpoints with it are restored.

    Args:
      workdir: work folder of a run that has its config and its labels.

    Returns:
      "config", the binding fields by dotted names, and "labels", the checksum of `labels.csv` if
      there is one.
    """
    files = RunFolder(workdir)
    config = flatten_dict(json_files.read(files.config, ADVICE), sep=".")
    kept = {k: v for k, v in config.items() if not k.startswith((*FREE, *inputs.FILES))}
    sealed = files.seal.exists()
    sums = json_files.read_text(files.seal, ADVICE).split() if sealed else []
    return {"config": kept, **({"labels": sums[0]} if sums else {})}


def has_checkpoint(workdir: Path) -> bool:
    """Whether a run has a checkpoint to resume from."""
    return bool(paths.steps(RunFolder(workdir).checkpoints))


def _text(config: ml_collections.ConfigDict) -> str:
    return config.to_json(indent=2, sort_keys=True) + "\n"


def has_begun(workdir: Path) -> bool:
    """Whether a folder holds rows or checkpoints, which bind it to its run."""
    files = RunFolder(workdir)
    has_rows = files.metrics.exists() and files.metrics.stat().st_size > 0
    return has_rows or bool(paths.steps(files.checkpoints) or paths.steps(files.best))


def command(workdir: Path) -> str:
    """The command that starts and resumes the run."""
    return json_files.read_text(RunFolder(workdir).command, ADVICE).strip()


def tell_stopped(workdir: Path, where: str) -> None:
    """Prints where a run was stopped and how to resume it.

    Args:
      workdir: folder of the run.
      where: start of the line: where it stopped.
    """
    if jax.process_index() == 0:
        print(f"{where}; to resume: {command(workdir)}")


def seal_labels(workdir: Path) -> None:
    """Writes the checksum of `labels.csv` beside it, or checks that the labels are unchanged.

    Args:
      workdir: folder of a run that has written its labels.

    Raises:
      UserError: the labels were changed, so that the run would resume with other ones.
    """
    check_labels(workdir)
    seal = RunFolder(workdir).seal
    if not seal.exists():
        write_text(seal, _seal_of(RunFolder(workdir).labels))


def check_labels(workdir: Path) -> None:
    """Checks `labels.csv` against its checksum, if there is one.

    Args:
      workdir: folder of a run that has written its labels.

    Raises:
      UserError: the labels were changed.
    """
    labels, seal = RunFolder(workdir).labels, RunFolder(workdir).seal
    if seal.exists() and json_files.read_text(seal, ADVICE) != _seal_of(labels):
        raise UserError(
            f"{labels} was changed since the run began ({seal.name} beside it does not match): "
            "restore it, or delete it to have it rewritten; to train on it as it is, start a run "
            f"in another --workdir with --config.noise.kind=file --config.noise.file={labels}"
        )


def _seal_of(labels: Path) -> str:
    return f"{sha256(labels)}  {labels.name}\n"  # as sha256sum


def load_config(workdir: Path) -> ml_collections.ConfigDict:
    """Reads the resolved config of a run.

    Args:
      workdir: work folder of the run.

    Returns:
      The config, with defaults for fields that were added later.

    Raises:
      UserError: the folder holds no run, or its config cannot be read.
    """
    path = RunFolder(workdir).config
    if not path.exists():
        raise UserError(f"{workdir} holds no run (no {path.name}): check --workdir")
    tree = _tuples(_completed(json_files.read(path, ADVICE)))
    try:
        config = ml_collections.ConfigDict(tree)
    except (ValueError, TypeError) as error:
        raise UserError(f"{path} is not a config ({error}); {ADVICE}") from None
    return config


def _completed(tree: dict) -> dict:
    """A config's JSON, with fields that were added later at the values that held for it."""
    sections = {
        name: {**fields, **tree.get(name, {})}
        for name, fields in LATER.items()
        if isinstance(tree.get(name, {}), dict)
    }
    return {**tree, **sections}


def _tuples(value: object) -> object:
    # JSON has no tuples, a config no lists.
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value
