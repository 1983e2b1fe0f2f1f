"""Binds a run to its inputs: the prepared data and the files that it began with."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text
from lanet_jax.files.digest import sha256
from lanet_jax.files.home import expanded
from lanet_jax.run.paths import RunFolder

# Config fields that name a file which is read only once: afterwards labels.csv and the checkpoints
# hold its content.
FILES = ("noise.file", "model.pretrained")
ADVICE = "restore it, or choose another --workdir"

Fingerprints = Mapping[str, Mapping[str, str]]  # split: part of its data: SHA-256


def check(workdir: Path, data: Fingerprints, whole: bool = True) -> None:
    """Checks that data are those that a run began with, wherever they lie now.

    Args:
      workdir: work folder of the run.
      data: fingerprints of the data as they are now.
      whole: whether these are all splits; otherwise only these are compared.

    Raises:
      UserError: they differ; the message says in what.
    """
    path, then = RunFolder(workdir).inputs, noted(workdir)
    before = (then or {}).get("data", {})
    if not whole:
        before = {split: of for split, of in before.items() if split in data}
    if then is not None and (wrong := differences(before, data)):
        raise UserError(
            f"{workdir} was begun with other data: {'; '.join(wrong)} differ from what "
            f"{path} notes; give the original data (--config.data.dir of training, "
            "--data_dir of the other commands), or choose another --workdir"
        )


def bind(workdir: Path, data: Fingerprints, files: Mapping[str, str], begun: bool) -> None:
    """Notes the inputs of a run, or compares them with the noted ones; one process does this.

    Args:
      workdir: work folder of the run.
      data: fingerprints of the data as they are now.
      files: paths of the `FILES` that the config sets.
      begun: whether the run has rows or checkpoints.

    Raises:
      UserError: the data differ.
    """
    path, then = RunFolder(workdir).inputs, noted(workdir)
    if then is None:
        if begun:
            print(
                f"note: {workdir} has no {path.name} (it was removed, or an earlier version wrote "
                "none): that the data are those it began with cannot be verified; the present ones "
                "are noted",
                file=sys.stderr,
            )
        sums = {field: _sum(Path(file)) for field, file in files.items()}
        tree = {"data": data, "files": {field: s for field, s in sums.items() if s}}
        write_text(path, json.dumps(tree, indent=2, sort_keys=True) + "\n")
        return
    check(workdir, data)
    for field, file in files.items():
        before, now = then.get("files", {}).get(field), _sum(Path(file))
        if before and now and before != now:
            print(
                f"note: --config.{field}={file} was changed since the run began; the run keeps "
                "what it read from it then",
                file=sys.stderr,
            )


def is_same_file(workdir: Path, field: str, path: str) -> bool:
    """Whether a file is the one that a run was given, whatever its name now.

    Args:
      workdir: work folder of the run.
      field: one of `FILES`.
      path: path as it is given now.
    """
    then = (noted(workdir) or {}).get("files", {}).get(field)
    return bool(then) and then == _sum(Path(path))


def noted(workdir: Path) -> dict[str, Any] | None:
    """Reads the noted inputs of a run; None if it noted nothing.

    Args:
      workdir: work folder of the run.

    Returns:
      "data", fingerprints by split, and "files", checksums by field.

    Raises:
      UserError: the file is damaged.
    """
    path = RunFolder(workdir).inputs
    if not path.exists():
        return None
    tree = json_files.read(path, ADVICE)
    data, files = tree.get("data", {}), tree.get("files", {})
    parts = [files, *data.values()] if isinstance(data, dict) else [None]
    if not all(isinstance(part, dict) for part in parts):
        raise UserError(f"{path} is damaged; {ADVICE}")
    return tree


def differences(then: Fingerprints, now: Fingerprints) -> list[str]:
    """Lists what differs between two sets of prepared data.

    Args:
      then: fingerprints when the run began.
      now: fingerprints of the data as it is now.

    Returns:
      Phrases such as "images of data.train"; empty if they are the same.
    """
    found = []
    for split in sorted(then.keys() | now.keys()):
        one, other = then.get(split, {}), now.get(split, {})
        wrong = [what for what in {**one, **other} if one.get(what) != other.get(what)]
        found += [f"{', '.join(wrong)} of {split}"] if wrong else []
    return found


def _sum(path: Path) -> str:
    try:
        return sha256(expanded(path))
    except OSError:  # gone or unreadable now, so that nothing can be said about it
        return ""
