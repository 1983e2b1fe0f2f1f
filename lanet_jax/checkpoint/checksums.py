"""SHA-256 of each file of a checkpoint: written before it gets its name, checked before use."""

import asyncio
import os
from pathlib import Path
from typing import Any

from etils import epath

# Orbax exports this class nowhere else. The option that takes it, the manager's
# `temporary_path_class`, is public.
from orbax.checkpoint._src.path.atomicity import AtomicRenameTemporaryPath

from lanet_jax.command_line.words import some
from lanet_jax.files.digest import sha256

NAME = "SHA256SUMS"  # as `sha256sum -c` reads it, in the checkpoint's folder
_HALF_WRITTEN = ".orbax-checkpoint-tmp"  # in names of folders that Orbax removes after a kill


class SummedPath(AtomicRenameTemporaryPath):
    """A checkpoint in the making, which gets its name only with its checksums.

    Args:
      temporary_path: where Orbax writes.
      final_path: the checkpoint's own name.
      **options: Orbax's.
    """

    def __init__(self, temporary_path: epath.Path, final_path: epath.Path, **options: Any) -> None:
        # Orbax renames last. Here it renames to a second temporary name, so that the sums are taken
        # of complete files. Parts such as the card come this way too and get no sums of their own.
        self._named = self._whole = final_path
        if final_path.name.isdecimal():
            self._whole = final_path.parent / f"{final_path.name}{_HALF_WRITTEN}-whole"
        super().__init__(temporary_path, self._whole, **options)

    def get_final(self) -> epath.Path:
        """The checkpoint's own name."""
        return self._named

    async def finalize(self) -> None:
        """Lets Orbax finish, then writes the sums, then gives the folder its name."""
        await super().finalize()
        if self._whole != self._named:
            await asyncio.to_thread(write, Path(self._whole))
            os.rename(self._whole, self._named)


def write(folder: Path) -> None:
    """Writes the sums of all files of a folder into it.

    Args:
      folder: folder of a checkpoint whose files are all written.
    """
    lines = [f"{sha256(folder / name)}  {name}\n" for name in _files(folder)]
    with open(folder / NAME, "w", encoding="utf-8") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())


def are_there(folder: Path) -> bool:
    """Whether a checkpoint has sums; those of earlier versions have none."""
    return (folder / NAME).exists()


def wrong(folder: Path, part: str = "") -> str:
    """Says which files differ from the sums.

    Args:
      folder: folder of a checkpoint that has sums.
      part: only the files below it; empty for all.

    Returns:
      A reason, for a message; empty if all agree.
    """
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
        noted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        found = _files(folder)
        changed = [name for name in found if name.startswith(part) and name in noted]
        changed = [name for name in changed if sha256(folder / name) != noted[name]]
    except (OSError, UnicodeDecodeError) as error:
        return f"its checksums cannot be compared: {error}"
    if part:
        changed += [part] * (not any(name.startswith(part) for name in noted))
    else:
        changed += sorted(noted.keys() ^ set(found))
    return f"{some(changed, 1)} is not what was written, by {NAME}" if changed else ""


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(p.relative_to(folder).as_posix() for p in paths if p != folder / NAME)
