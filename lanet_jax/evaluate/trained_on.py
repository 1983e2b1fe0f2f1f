"""Whether a network was trained on the faces that it is asked about."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.checkpoint import pretrained
from lanet_jax.errors import UserError
from lanet_jax.from_config.finished import trained_names
from lanet_jax.run.paths import RunFolder
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained.load import is_model_file

_FERPLUS = re.compile(r"(?:^|/)fer(\d{7})\.\w+$")
_FERPLUS_VALID = 28_638  # number of the first name that is not of the train split


def remarks(model: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Refuses a run that was trained on these faces: it has memorised what it is asked about.

    Args:
      model: work folder of a run, or a model file.
      names: names of the faces, which are sought among those of the run.

    Returns:
      What a reader of the figures should know about it, without full stops.

    Raises:
      UserError: the run was trained on at least half of the faces, by their names.
    """
    if _is_bundled(model):
        numbers = [int(found[1]) for name in names if (found := _FERPLUS.search(name))]
        seen = sum(number < _FERPLUS_VALID for number in numbers)
        if not seen:
            return ()
        return (
            f"the bundled network was trained on {seen:,} of these {len(names):,} faces, by their "
            "names (FERPlus' train split): it knows their annotator votes, and does better here "
            "than on faces that it has not seen",
        )
    if not (model.is_dir() and RunFolder(model).labels.is_file()):
        return (
            f"{model.name} does not say which faces it was trained on: if these are among them, it "
            "repeats their labels, and the figures do not count",
        )
    own = {_parts(name) for name in trained_names(model)}
    ends = {end for parts in own for end in _ends(parts)}
    faces = [_parts(name) for name in names]
    sure = sum(
        parts in own or parts in ends or any(end in own for end in _ends(parts)) for parts in faces
    )
    files = {parts[-1] for parts in own}
    alike = sum(parts[-1] in files for parts in faces)
    name = model.absolute().name
    told = f"{name} was trained on {sure:,} of these {len(names):,} faces, by their names"
    if 2 * sure >= len(names):
        raise UserError(
            f"{told}: it has memorised their labels, so it cannot judge them. Audit the run itself "
            f"(lanet audit --workdir={model}), or leave out --model; if these are other faces of "
            "the same names, export the run and give that file"
        )
    said = [f"{told}: it has memorised the labels of these"] if sure else []
    if alike > sure:
        said.append(
            f"{name} was trained on faces in other folders that have the file names of "
            f"{alike - sure:,} of these: if they are the same, it has memorised their labels"
        )
    return tuple(said)


def _is_bundled(model: Path) -> bool:
    """Whether it is the bundled network, or an export of it: calibrated, balanced, or a copy."""
    own, bundled = (pretrained.card(path).get("exported_from") for path in (model, SHIPPED))
    return is_model_file(model) and own == bundled


def _parts(name: str) -> tuple[str, ...]:
    """The folders and the file, in any case, without its ending."""
    *folders, file = name.replace("\\", "/").casefold().split("/")
    return *folders, os.path.splitext(file)[0]


def _ends(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What is left with fewer folders before it, but at least one."""
    return [parts[i:] for i in range(1, len(parts) - 1)]
