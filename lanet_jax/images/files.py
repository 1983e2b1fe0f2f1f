"""Which files are images, by name, and which are hidden: the same rules for every command."""

import dataclasses
import os
from pathlib import Path

from lanet_jax.errors import UserError

JPEG = (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp")
READ = (*JPEG, ".png", ".apng", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".gif")
UNREAD = (".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2")  # image formats that are not read here
# Names of files that systems and tools create; other hidden names start with a dot.
_SYSTEM = {
    *("__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "System Volume Information"),
    *("lost+found", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r"),
}


@dataclasses.dataclass(frozen=True)
class Tree:
    """What lies below a folder; paths are relative to it, with / between their parts.

    Attributes:
      files: files that are not hidden, at any depth.
      folders: folders that are not hidden, at any depth.
      hidden: hidden files and folders (with / at the end); nothing below them is listed.
      loops: links to a folder that contains them, which are not followed.
    """

    files: list[str]
    folders: list[str]
    hidden: list[str]
    loops: list[str]


def is_image(name: str) -> bool:
    """Whether a file of this name is an image of a format that is read."""
    return os.path.splitext(name)[1].lower() in READ


def is_unread(name: str) -> bool:
    """Whether a file of this name is an image of a format that is not read."""
    return os.path.splitext(name)[1].lower() in UNREAD


def is_hidden(part: str) -> bool:
    """Whether a file or folder of this name is left out everywhere."""
    return part.startswith(".") or part in _SYSTEM


def below(root: Path) -> Tree:
    """Lists a tree in the order of its names, following links to folders.

    Args:
      root: folder whose tree is listed.

    Returns:
      What lies below it.

    Raises:
      UserError: a folder cannot be read.
    """
    tree = Tree([], [], [], [])
    for at, folders, files in os.walk(root, followlinks=True, onerror=_refuse):
        parent = Path(at).relative_to(root)
        names = {name: (parent / name).as_posix() for name in sorted(folders + files)}
        tree.hidden.extend(
            f"{path}/" if name in folders else path
            for name, path in names.items()
            if is_hidden(name)
        )
        shown = sorted(name for name in folders if not is_hidden(name))
        folders[:] = [name for name in shown if not _is_loop(root, Path(at), name)]
        tree.loops.extend(names[name] for name in shown if name not in folders)
        tree.folders.extend(names[name] for name in folders)
        tree.files.extend(names[name] for name in sorted(files) if not is_hidden(name))
    for found in (tree.files, tree.folders, tree.hidden, tree.loops):
        found.sort()
    return tree


def images_below(root: Path) -> list[str]:
    """Sorted paths of the images below a folder, relative to it; hidden ones are left out."""
    return images_of(root, below(root))


def images_of(root: Path, tree: Tree) -> list[str]:
    """The images among the files of a folder's tree; a link that leads nowhere is none."""
    return [name for name in tree.files if is_image(name) and (root / name).is_file()]


def _is_loop(root: Path, at: Path, name: str) -> bool:
    if not (at / name).is_symlink():
        return False
    target = (at / name).resolve()
    way = [at, *at.parents[: len(at.relative_to(root).parts)]]
    # The path may lead through links, so each folder on it is resolved.
    return any(folder.resolve().is_relative_to(target) for folder in way)


def _refuse(error: OSError) -> None:
    raise UserError(f"{error.filename} cannot be read ({error.strerror}): allow it or move it away")
