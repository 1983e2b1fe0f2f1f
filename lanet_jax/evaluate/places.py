"""Where an evaluation is written: its folder's name says how it differs from the run's own."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lanet_jax.checkpoint import states
from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.run import inputs
from lanet_jax.run.paths import EvaluationFolder, RunFolder
from lanet_jax.trained.network_fingerprint import CHANGES


def place(
    workdir: Path,
    split: str,
    fingerprint: Mapping[str, str],
    step: int,
    data: str = "",
    data_dir: str = "",
) -> Path:
    """The folder for a split's result below `evaluation/`.

    `SPLIT` is the run's own data at its newest checkpoint, and nothing else is ever written there.
    Another dataset adds `-DATASET`, other data from another folder `-` and the start of their
    checksum, another checkpoint `-step-N`.

    Args:
      workdir: work folder of the run.
      split: name of the evaluated split.
      fingerprint: checksums of the evaluated records.
      step: number of steps that the network was trained.
      data: the dataset that was asked for; empty for the run's own.
      data_dir: the folder that was asked for; empty for the run's own.

    Returns:
      The folder.

    Raises:
      UserError: the run's data have been replaced since it began, or those of an earlier
        evaluation with this name.
    """
    noted = (inputs.noted(workdir) or {}).get("data", {})
    name = split
    if fingerprint not in noted.values():
        if data:
            dataset = data.replace("/", "-")
            name += "" if split.endswith(f"-{dataset}") else f"-{dataset}"
        elif not data_dir and f"data.test {split}" in noted:
            wrong = inputs.differences({split: noted[f"data.test {split}"]}, {split: fingerprint})
            raise UserError(
                f"{workdir} was begun with other data: {'; '.join(wrong)} differ from what "
                f"{RunFolder(workdir).inputs} notes; to evaluate on these as other data, name the "
                "folder that they lie in by --data_dir"
            )
        if data_dir:
            name += f"-{digest(fingerprint)}"
    if step != states.find(workdir, "last")[1]:
        name += f"-step-{step}"
    folder = RunFolder(workdir).evaluation(name)
    if fingerprint not in noted.values():
        _check(folder, fingerprint)
    return folder.path


def place_of_model(
    parent: Path, split: str, fingerprint: Mapping[str, str], network: Mapping[str, Any], data: str
) -> Path:
    """The folder for the result of a model file, which has no data of its own.

    Args:
      parent: folder of its results.
      split: name of the evaluated split.
      fingerprint: checksums of the evaluated records.
      network: `trained.network_fingerprint.in_results` of the network.
      data: the evaluated dataset.

    Returns:
      PARENT/SPLIT-DATASET.

    Raises:
      UserError: it has the result of another network or on other data, which is kept.
    """
    folder = parent / f"{split}-{data.replace('/', '-')}"
    metrics = EvaluationFolder(folder).metrics
    if metrics.exists():
        known = json_files.read(metrics, "remove the folder to evaluate again")
        own = {name: known[name] for name in ("network", *CHANGES) if name in known}
        if own != network or known.get("data") != digest(fingerprint):
            raise UserError(
                f"{folder} is the result of another network or on other data, which this would "
                "replace: name another folder by --out"
            )
    return folder


def digest(fingerprint: Mapping[str, str]) -> str:
    """A short name for data, which their evaluation keeps."""
    return hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()[:8]


def _check(before: EvaluationFolder, fingerprint: Mapping[str, str]) -> None:
    if not before.metrics.exists():
        return
    known = json_files.read(before.metrics, "remove the folder to evaluate again").get("data")
    if known not in (None, digest(fingerprint)):
        raise UserError(
            f"{before.path} is the result on other data, which these would replace: to evaluate on "
            "these as other data, name the folder that they lie in by --data_dir"
        )
