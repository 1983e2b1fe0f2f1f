"""SHA-256 of each file of a checkpoint: written before its name, compared before its use."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from etils import epath

# Orbax names no other place to import it from; what it hands on is public: its manager's
# `temporary_path_class`.
from orbax.checkpoint._src.path.atomicity import AtomicRenameTemporaryPath

NAME = "SHA256SUMS"  # as `sha256sum -c` reads it, in the checkpoint's folder
_HALF_WRITTEN = ".orbax-checkpoint-tmp"  # in the names of what Orbax clears away after a kill


class SummedPath(AtomicRenameTemporaryPath):
    """A checkpoint in the making, which gets its name only with its checksums.

    Args:
      temporary_path: where Orbax writes.
      final_path: the checkpoint's own name.
      **options: Orbax's.
    """

    def __init__(self, temporary_path: epath.Path, final_path: epath.Path, **options: Any) -> None:
        # Orbax renames at its end: to a second temporary name, for the sums to be of whole files.
        # Its parts, such as the card, come this way too, and have no sums of their own.
        self._named = self._whole = final_path
        if final_path.name.isdecimal():
            self._whole = final_path.parent / f"{final_path.name}{_HALF_WRITTEN}-whole"
        super().__init__(temporary_path, self._whole, **options)

    def get_final(self) -> epath.Path:
        """The checkpoint's own name."""
        return self._named

    async def finalize(self) -> None:
        """Orbax's own end, then the sums, then the name."""
        await super().finalize()
        if self._whole != self._named:
            await asyncio.to_thread(write, Path(self._whole))
            os.rename(self._whole, self._named)


def write(folder: Path) -> None:
    """Writes the sums of all files of a folder into it.

    Args:
      folder: of the checkpoint.
    """
    lines = [f"{_sum(folder / name)}  {name}\n" for name in _files(folder)]
    with open(folder / NAME, "w", encoding="utf-8") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())


def are_there(folder: Path) -> bool:
    """Whether a checkpoint has sums; those of earlier versions have none."""
    return (folder / NAME).exists()


def wrong(folder: Path, part: str = "") -> str:
    """What does not fit the sums.

    Args:
      folder: of a checkpoint that has sums.
      part: only the files below it; empty for all.

    Returns:
      A reason, for a message; empty if all fits.
    """
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
        noted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        found = _files(folder)
        changed = [name for name in found if name.startswith(part) and name in noted]
        changed = [name for name in changed if _sum(folder / name) != noted[name]]
    except (OSError, UnicodeDecodeError) as error:
        return f"its checksums cannot be compared: {error}"
    if part:
        changed += [part] * (not any(name.startswith(part) for name in noted))
    else:
        changed += sorted(noted.keys() ^ set(found))
    if not changed:
        return ""
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{changed[0]}{more} is not what was written, by {NAME}"


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(p.relative_to(folder).as_posix() for p in paths if p != folder / NAME)


def _sum(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
