"""Which images landmarks are found in: those of a tree, or of a list as `prepare folder` reads."""

import dataclasses
import os
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.images import files
from lanet_jax.images.files import Tree

from ..folder import csv_list


@dataclasses.dataclass(frozen=True)
class Source:
    """Images in the order of their names.

    Attributes:
      root: the folder that the names are relative to.
      names: paths of the images below the root.
      tree: what lies below the root; empty for a list.
      missing: images of a list that are not there.
    """

    root: Path
    names: list[str]
    tree: Tree = dataclasses.field(default_factory=lambda: Tree([], [], [], []))
    missing: tuple[str, ...] = ()


def read(source: Path) -> Source:
    """Lists the images of a source; hidden files and folders of a tree are left out.

    Args:
      source: root of a tree, or a CSV file with path,label[,split].

    Returns:
      Its images, each once.

    Raises:
      UserError: there is no such folder or list, it cannot be read, or it has no image.
    """
    if source.is_dir():
        tree = files.below(source)
        found = Source(source, files.images_of(source, tree), tree)
    elif not source.is_file() or files.is_image(source.name):
        raise UserError(
            f"--source {source}: no such folder or list; a folder of images or a CSV file with "
            "path,label was expected"
        )
    else:
        listed = sorted({entry.path for entry in csv_list.read(source).entries})
        # Not Path.is_file, which raises for a name that is too long.
        names = [name for name in listed if os.path.isfile(source.parent / name)]
        found = Source(source.parent, names, missing=tuple(sorted({*listed} - {*names})))
    if not found.names:
        what = (
            f"names no file that is there ({found.missing[0]})"
            if found.missing
            else f"holds no image ({', '.join(files.READ)})"
        )
        raise UserError(f"{source} {what}; check --source")
    return found
