"""Annotated pictures and videos, written while the frames go by."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import cv2

from lanet_jax.errors import DISK_FULL, UserError
from lanet_jax.files.atomic import write_bytes
from lanet_jax.predict import annotate, film, picture_names
from lanet_jax.predict.face_rows import Row
from lanet_jax.predict.film import Picture, UnwrittenError, Writer
from lanet_jax.predict.given import Item
from lanet_jax.predict.sources import Frame

JPEG_QUALITY = 92


class Pictures:
    """Draws the predictions into each frame and writes it.

    A still becomes `folder/NAME.jpg`, a video `folder/NAME.mp4` or the one file that is named. One
    that cannot be written costs no other; only a full disk ends it all, as it would cost the rows.

    Args:
      classes: of the model.
      names: what each item's picture or film is called; empty for none.
      folder: of these; None if none are asked for.
      film: file for the one video among the items; None if it is not asked for.

    Attributes:
      written: how many files there are so far, films among them.
      films: how many of them are films.
      lost: a line for each film that could not be written.
    """

    def __init__(
        self,
        classes: Sequence[str],
        names: Mapping[Item, Path],
        folder: Path | None,
        film: Path | None,
    ) -> None:
        self._classes, self._names, self._folder, self._film = classes, names, folder, film
        self.written, self.films, self.lost = 0, 0, list[str]()
        self._writer: Writer | None = None
        self._is_lost = False

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close(keep=False)

    def add(self, frame: Frame, rows: Sequence[Row]) -> str:
        """Writes a frame with its rows; a broken one is left out.

        Returns:
          What is to be known about the picture: that its name had to be shortened, or why there is
          none; else nothing.

        Raises:
          OSError: the disk is full.
        """
        is_video = frame.item.is_video
        if frame.pixels is None or not (self._folder or (is_video and self._film)):
            return ""
        if self._is_lost:
            return ""
        try:
            draw = self._shot if is_video else self._still
            return draw(frame, frame.pixels, rows)
        except (UnwrittenError, OSError) as error:
            return self._loss(frame.item, error)

    def end(self, item: Item) -> None:
        """Ends what belongs to an item, after its last frame.

        Raises:
          OSError: the disk is full.
        """
        writer, self._writer, self._is_lost = self._writer, None, False
        if writer is not None:
            try:
                writer.close(keep=True)
                self.written, self.films = self.written + 1, self.films + 1
            except (UnwrittenError, OSError) as error:
                self._loss(item, error)
                self._is_lost = False

    def _still(self, frame: Frame, pixels: Picture, rows: Sequence[Row]) -> str:
        picture = annotate.draw(pixels, rows, self._classes)
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        is_encoded, encoded = cv2.imencode(".jpg", picture[..., ::-1], quality)
        if not is_encoded:
            raise UnwrittenError("it is too large for a JPEG")
        path, note = self._place(frame.item)
        write_bytes(path, encoded.tobytes())
        self.written += 1
        return note

    def _shot(self, frame: Frame, pixels: Picture, rows: Sequence[Row]) -> str:
        picture, note = annotate.draw(pixels, rows, self._classes), ""
        if self._writer is None:
            path, note = (self._film, "") if self._film else self._place(frame.item)
            size = picture.shape[:2]
            self._writer = Writer(path, frame.item.path, frame.rate, *size)
        try:
            self._writer.add(picture, frame.time or 0.0)
        except BaseException:
            self._writer = None  # nothing of it stays
            raise
        return note

    def _place(self, item: Item) -> tuple[Path, str]:
        wanted = self._names[item]
        assert self._folder is not None
        path = picture_names.fitting(wanted, self._folder)
        return path, "" if path == wanted else f"marked as {path.name}: its own name is too long"

    def _loss(self, item: Item, error: Exception) -> str:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise error
        reason = getattr(error, "strerror", None) or str(error)
        if item.is_video:
            self._is_lost = True
            self.lost.append(str(UserError(f"{item.file}: no marked film: {reason}")))
        return f"not marked: {reason}"


def check(items: Sequence[Item], folder: Path | None, film_file: Path | None) -> None:
    """Says what keeps pictures from being written, before anything is read.

    Args:
      items: all that will be read.
      folder: as for `Pictures`.
      film_file: as for `Pictures`.

    Raises:
      UserError: a source would be written over or pictures be read as sources the next time, a file
        stands where the folder shall be or a folder where the film, or a film is asked for and
        there is not one video.
    """
    if folder:
        if folder.exists() and not folder.is_dir():
            raise UserError(f"--annotate {folder} is a file: choose a folder")
        at = folder.resolve()
        roots = {item.root.resolve() for item in items if item.root}
        folders = {item.path.resolve().parent for item in items}
        if at in folders or roots & {at, *at.parents}:
            raise UserError(f"--annotate {folder} is a folder that is read: choose one outside")
    if film_file:
        _check_film(items, film_file)


def _check_film(items: Sequence[Item], path: Path) -> None:
    if path.suffix.lower() != film.SUFFIX:
        raise UserError(f"--video {path}: a name that ends with {film.SUFFIX} was expected")
    if not path.absolute().parent.is_dir():
        raise UserError(f"--video {path}: the folder {path.parent} is not there; make it first")
    if path.is_dir():
        raise UserError(f"--video {path} is a folder: choose another name")
    films = [item for item in items if item.is_video]
    if len(films) != 1:
        raise UserError(
            f"--video {path} takes the frames of one video, and {len(films)} are read: "
            "--annotate DIR writes one for each"
        )
    if path.resolve() == films[0].path.resolve():
        raise UserError(f"--video {path} is the video that is read: choose another name")
