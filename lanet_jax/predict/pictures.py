"""Annotated pictures and videos, written while the frames go by."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import cv2

from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_bytes
from lanet_jax.predict import annotate, video
from lanet_jax.predict.faces_table import Row
from lanet_jax.predict.sources import Frame, Item

JPEG_QUALITY = 92


class Pictures:
    """Draws the predictions into each frame and writes it.

    A still becomes `folder/NAME.jpg`, a video `folder/NAME.mp4` or the one file that is named.

    Args:
      classes: of the model.
      folder: for pictures; None writes none.
      film: file for the one video among the items; None if it is not asked for.

    Attributes:
      written: the files so far, in order.
    """

    def __init__(self, classes: Sequence[str], folder: Path | None, film: Path | None) -> None:
        self._classes, self._folder, self._film = classes, folder, film
        self.written: list[Path] = []
        self._writer: video.Writer | None = None
        self._of: Item | None = None

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_video(keep=kind is None)

    def add(self, frame: Frame, rows: Sequence[Row]) -> None:
        """Writes a frame with its rows; a broken one is left out."""
        if frame.item is not self._of:
            self._end_video(keep=True)
            self._of = frame.item
        is_video = frame.item.is_video
        if frame.pixels is None or not (self._folder or (is_video and self._film)):
            return
        picture = annotate.draw(frame.pixels, rows, self._classes)
        if not is_video:
            quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            _, encoded = cv2.imencode(".jpg", picture[..., ::-1], quality)
            path = self._free(frame.item, ".jpg")
            write_bytes(path, encoded.tobytes())
            self.written.append(path)
            return
        if self._writer is None:
            path = self._film or self._free(frame.item, video.SUFFIX)
            self._writer = video.Writer(path, frame.rate, *picture.shape[:2])
            self.written.append(path)
        self._writer.add(picture)

    def _end_video(self, keep: bool) -> None:
        if self._writer is not None:
            self._writer.close(keep)
            self._writer = None

    def _free(self, item: Item, suffix: str) -> Path:
        """A name that no other item of this run has."""
        name = item.content.relative_to(item.root or item.content.parent)  # type: ignore[union-attr]  # no arrays here
        stem = (self._folder / name).with_suffix("")  # type: ignore[operator]  # asked for with --annotate
        path, number = stem.with_name(stem.name + suffix), 2
        while path in self.written:
            path, number = stem.with_name(f"{stem.name}-{number}{suffix}"), number + 1
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def check(items: Sequence[Item], folder: Path | None, film: Path | None) -> None:
    """Says what keeps pictures from being written, before anything is read.

    Args:
      items: all that will be read.
      folder: as for `Pictures`.
      film: as for `Pictures`.

    Raises:
      UserError: a source would be written over or pictures be read as sources the next time, a file
        stands where the folder shall be or a folder where the film, or `film` is asked for and
        there is not one video.
    """
    if folder:
        if folder.exists() and not folder.is_dir():
            raise UserError(f"--annotate {folder} is a file: choose a folder")
        at = folder.resolve()
        roots = {item.root.resolve() for item in items if item.root}
        folders = {item.content.resolve().parent for item in items}  # type: ignore[union-attr]  # no arrays here
        if at in folders or roots & {at, *at.parents}:
            raise UserError(f"--annotate {folder} is a folder that is read: choose one outside")
    if film:
        if film.suffix.lower() != video.SUFFIX:
            raise UserError(f"--video {film}: a name that ends with {video.SUFFIX} was expected")
        if not film.absolute().parent.is_dir():
            raise UserError(f"--video {film}: the folder {film.parent} is not there; make it first")
        if film.is_dir():
            raise UserError(f"--video {film} is a folder: choose another name")
        films = [item for item in items if item.is_video]
        if len(films) != 1:
            raise UserError(
                f"--video {film} takes the frames of one video, and {len(films)} are read: "
                "--annotate DIR writes one for each"
            )
        if film.resolve() == films[0].content.resolve():  # type: ignore[union-attr]  # a video is a file
            raise UserError(f"--video {film} is the video that is read: choose another name")
