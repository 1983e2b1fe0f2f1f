"""Finds and opens a prepared dataset, and checks its description before using it."""

import difflib
import re
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.landmarks.schemes import SCHEMES

VERSION = re.compile(r"\d{1,9}(\.\d{1,9})*")
ADVICE = "prepare the data again with `lanet prepare` and --overwrite"
OFFICIAL = ("rafdb", "ferplus", "affectnet")  # other names come from `lanet prepare folder`
# TFDS imports the module with which a feature's name begins, so only its own are allowed.
FEATURES = "tensorflow_datasets.core.features."


def newest_version(data_dir: Path, name: str) -> Path:
    """The folder DATA_DIR/NAME[/CONFIG]/VERSION with the highest version.

    Raises:
      UserError: there is none.
    """
    versions = [
        path.parent
        for path in (data_dir / name).glob("*/dataset_info.json")
        if VERSION.fullmatch(path.parent.name)
    ]
    if not versions:
        there = _names(data_dir)
        variants = [other for other in there if other.startswith(f"{name}/")]
        near = variants or difflib.get_close_matches(name, there, 1)
        hint = f"did you mean {' or '.join(near)}? Else " if near else ""
        raise UserError(
            f"no prepared data in {data_dir / name}: {hint}run `lanet prepare "
            f"{_prepared_as(name)} --data_dir {data_dir}` first, or give the folder where it lies "
            "(--config.data.dir of training, --data_dir of the other commands)"
        )
    return max(versions, key=lambda path: [int(part) for part in path.name.split(".")])


def _names(data_dir: Path) -> list[str]:
    """The datasets prepared in a folder, with their variants."""
    found = [*data_dir.glob("*/*/dataset_info.json"), *data_dir.glob("*/*/*/dataset_info.json")]
    return sorted({path.parents[1].relative_to(data_dir).as_posix() for path in found})


def _prepared_as(name: str) -> str:
    """The arguments of `lanet prepare` that make a dataset."""
    dataset, _, variant = name.partition("/")
    if dataset == "demo":
        return dataset
    if dataset not in OFFICIAL:
        return f"folder --name {dataset} --source DIR"
    rule = variant.removesuffix("_7classes")
    labels = f" --labels {rule}" if dataset == "ferplus" and rule else ""
    seven = " --classes 7" if variant.endswith("7classes") else ""
    return f"{dataset}{labels}{seven} --source DIR"


def open_builder(folder: Path) -> tuple[tfds.core.DatasetBuilder, dict[str, Any]]:
    """Opens a prepared folder.

    Args:
      folder: from `newest_version`.

    Returns:
      Its builder and its metadata.

    Raises:
      UserError: one of its files is damaged, or they do not fit together.
    """
    _refuse_foreign_features(folder, json_files.read(folder / "features.json", ADVICE))
    metadata = json_files.read(folder / "metadata.json", ADVICE)
    try:
        builder = tfds.builder_from_directory(str(folder))
        features = builder.info.features
        points = features["landmarks"].shape[0] if "landmarks" in features else 0
        votes = features["votes"].shape[0] if "votes" in features else 0
        classes = list(features["label"].names)
        missing = {"id", "name", "image"} - set(features)
        if missing:
            raise KeyError(", ".join(sorted(missing)))
    except Exception as error:  # JSON, protobuf and TFDS each have their own for a damaged file
        raise damaged(folder, error) from error
    _check(folder, metadata, classes, points, votes)
    return builder, metadata


def require_split(
    folder: Path,
    builder: tfds.core.DatasetBuilder,
    split: str,
    advice: str = "name one of these (--split of `lanet evaluate` and `lanet audit`)",
) -> None:
    """Checks that a prepared dataset has a split.

    Args:
      folder: folder of the dataset, for errors.
      builder: opened from it.
      split: "train", "valid" or "test".
      advice: what to do in the command that runs.

    Raises:
      UserError: it has not; it names those that are there.
    """
    if split not in builder.info.splits:
        have = ", ".join(sorted(builder.info.splits))
        raise UserError(f"{folder} has no split {split!r}, it has: {have}; {advice}")


def damaged(folder: Path, error: Exception) -> UserError:
    """The error for a prepared folder that TFDS cannot read."""
    reason = str(error).strip().partition("\n")[0][:200]
    return UserError(f"{folder} is damaged ({type(error).__name__}: {reason}); {ADVICE}")


def _refuse_foreign_features(folder: Path, tree: Any) -> None:
    values = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for value in values:
        _refuse_foreign_features(folder, value)
    name = tree.get("pythonClassName", FEATURES) if isinstance(tree, dict) else FEATURES
    if not isinstance(name, str) or not name.startswith(FEATURES):
        raise UserError(
            f"{folder / 'features.json'} asks for {name!r}, which may run code and is refused; "
            f"{ADVICE}"
        )


def _check(
    folder: Path, metadata: dict[str, Any], classes: list[str], points: int, votes: int
) -> None:
    scheme, flip_index = metadata.get("scheme"), metadata.get("flip_index")
    known = SCHEMES.get(scheme) if isinstance(scheme, str) else None
    vote_names = metadata.get("votes")
    holds = {
        "classes": metadata.get("classes") == classes and 0 < len(set(classes)) == len(classes),
        "scheme": isinstance(scheme, str) and (known is None or known.points == points),
        "flip_index": _is_flip_index(flip_index, points)
        and (known is None or tuple(flip_index) == known.flip_index),  # type: ignore[arg-type]  # it is one
        "votes": isinstance(vote_names, list)
        and len(vote_names) == votes
        and all(isinstance(name, str) for name in vote_names),
    }
    wrong = [key for key, right in holds.items() if not right]
    if wrong:
        raise UserError(
            f"{folder / 'metadata.json'}: {', '.join(wrong)} missing, or not what features.json "
            f"has ({len(classes)} classes, {points} landmarks, {votes} votes); {ADVICE}"
        )


def _is_flip_index(value: Any, points: int) -> bool:
    if not isinstance(value, list) or not all(type(j) is int and 0 <= j < points for j in value):
        return False
    # Mirroring twice leaves every point where it was.
    return not value or (len(value) == points and all(value[value[j]] == j for j in range(points)))
