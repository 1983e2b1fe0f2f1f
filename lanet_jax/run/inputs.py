"""What a run was begun with beside its config: prepared data, and the files it was given."""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text
from lanet_jax.files.home import expanded
from lanet_jax.run.paths import RunFolder

# Fields of the config that name a file which is read once: labels.csv and the checkpoints hold what
# came of it.
FILES = ("noise.file", "model.pretrained")
_ADVICE = "restore it, or choose another --workdir"

Fingerprints = Mapping[str, Mapping[str, str]]  # of each split, what of it: SHA-256


def check(workdir: Path, data: Fingerprints, whole: bool = True) -> None:
    """Checks that data are those which a run was begun with, wherever they lie now.

    Args:
      workdir: of the run.
      data: as they are now.
      whole: whether these are all; else only they are compared.

    Raises:
      UserError: they are others; it names what differs.
    """
    path, then = RunFolder(workdir).inputs, noted(workdir)
    before = (then or {}).get("data", {})
    if not whole:
        before = {split: of for split, of in before.items() if split in data}
    if then is not None and (wrong := differences(before, data)):
        raise UserError(
            f"{workdir} was begun with other data: {'; '.join(wrong)} differ from what "
            f"{path} notes; give the data of then (--config.data.dir of training, "
            "--data_dir of the other commands), or choose another --workdir"
        )


def bind(workdir: Path, data: Fingerprints, files: Mapping[str, str], begun: bool) -> None:
    """Notes what a run is begun with, or compares it with what was noted; for one process to do.

    Args:
      workdir: of the run.
      data: as they are now.
      files: those of `FILES` that the config gives.
      begun: whether the run has rows or checkpoints.

    Raises:
      UserError: the data are others.
    """
    path, then = RunFolder(workdir).inputs, noted(workdir)
    if then is None:
        if begun:
            print(
                f"note: {workdir} has no {path.name}, as an earlier version wrote none: that the "
                "data are those it was begun with cannot be verified; those of now are noted",
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
                f"note: --config.{field}={file} was changed since the run began, which keeps what "
                "it read of it then",
                file=sys.stderr,
            )


def is_same_file(workdir: Path, field: str, path: str) -> bool:
    """Whether a file is that which a run was given, under whatever name it lies now.

    Args:
      workdir: of the run.
      field: one of `FILES`.
      path: of the file.
    """
    then = (noted(workdir) or {}).get("files", {}).get(field)
    return bool(then) and then == _sum(Path(path))


def noted(workdir: Path) -> dict[str, Any] | None:
    """What is noted; None for a run that noted nothing.

    Raises:
      UserError: the file is damaged.
    """
    path = RunFolder(workdir).inputs
    if not path.exists():
        return None
    tree = json_files.read(path, _ADVICE)
    parts = [*tree.get("data", {}).values(), tree.get("files", {})] if _is_tree(tree) else [None]
    if not all(isinstance(part, dict) for part in parts):
        raise UserError(f"{path} is not as a run writes it; {_ADVICE}")
    return tree


def differences(then: Fingerprints, now: Fingerprints) -> list[str]:
    """What differs between two sets of prepared data.

    Args:
      then: of one.
      now: of the other.

    Returns:
      Phrases such as "images of data.train"; none if they are the same.
    """
    found = []
    for split in sorted(then.keys() | now.keys()):
        one, other = then.get(split, {}), now.get(split, {})
        wrong = [what for what in {**one, **other} if one.get(what) != other.get(what)]
        found += [f"{', '.join(wrong)} of {split}"] if wrong else []
    return found


def _is_tree(tree: dict[str, Any]) -> bool:
    return isinstance(tree.get("data", {}), dict)


def _sum(path: Path) -> str:
    try:
        with open(expanded(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # it may be gone, or unreadable now: then nothing can be said of it
        return ""
