"""Writes marked pictures and videos, frame by frame."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import cv2

from lanet_jax.command_line.words import counted
from lanet_jax.errors import DISK_FULL, UserError
from lanet_jax.files import regular, writable
from lanet_jax.files.atomic import write_bytes
from lanet_jax.predict import annotate, film, picture_names
from lanet_jax.predict.face_rows import Row
from lanet_jax.predict.film import Writer
from lanet_jax.predict.film_encoder import Picture, UnwrittenError
from lanet_jax.predict.given import Item
from lanet_jax.predict.sources import Frame

JPEG_QUALITY = 92


class Pictures:
    """Draws the predictions into each frame and writes it.

    A still becomes `folder/NAME.jpg`, a video `folder/NAME.mp4` or the one file that is named. A
    picture that cannot be written does not affect others; only a full disk ends the command, as the
    rows would be lost too.

    Args:
      classes: class names of the model.
      names: path of each item's picture or film; empty for none.
      folder: folder for the marked pictures; None if none are wanted.
      film: file for the one video among the items; None for none.

    Attributes:
      written: number of files written so far, including films.
      films: number of films among them.
      lost: a line for each film that could not be written, or not with its sound.
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
        self._unmarked: list[str] = []
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
        """Draws and writes a frame; a broken one is skipped.

        Args:
          frame: frame to draw, with its item.
          rows: one row per face, or the one that says why there is none.

        Returns:
          A note that the picture could not have its own name, or why there is none; else "".

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
        """Completes the film of an item, after its last frame.

        Raises:
          OSError: the disk is full.
        """
        writer, self._writer, self._is_lost = self._writer, None, False
        if writer is not None:
            try:
                writer.close(keep=True)
                self.written, self.films = self.written + 1, self.films + 1
                if writer.lost_sound:
                    told = f"{item.file}: a sound track is not in its marked film: "
                    self.lost.append(str(UserError(told + writer.lost_sound)))
            except (UnwrittenError, OSError) as error:
                self._loss(item, error)
                self._is_lost = False

    def said(self, filmed: bool) -> list[str]:
        """The lines that say what was written and what was not.

        Args:
          filmed: whether an interrupted run had completed the film.
        """
        lines = []
        if self._folder:
            count = self.written - (self.films if self._film else 0)  # that film lies elsewhere
            lines.append(f"wrote {counted(count, 'picture')} into {self._folder}")
        if self._unmarked:
            told = f"{counted(len(self._unmarked), 'picture')} not marked: {self._unmarked[0]}"
            lines.append(str(UserError(told)))
        if self._film:
            why = "" if self.lost else "no frame was read: "
            is_there = self.films or filmed
            lines.append(f"wrote {self._film}" if is_there else f"{why}no {self._film}")
        if self.films and not film.keeps_sound():
            lines.append(
                f"marked films have no sound, and evenly spaced frames: with {film.PIP} "
                "they keep their sound and timing"
            )
        return [*lines, *self.lost]

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
            path.parent.mkdir(parents=True, exist_ok=True)
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
        if path != wanted:
            return path, f"marked as {path.name}: its own name is too long"
        is_own = path.stem == item.path.stem
        return path, "" if is_own else f"marked as {path.name}: another picture has its name"

    def _loss(self, item: Item, error: Exception) -> str:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise error
        reason = getattr(error, "strerror", None) or str(error)
        if item.is_video:
            self._is_lost = True
            self.lost.append(str(UserError(f"{item.file}: no marked film: {reason}")))
        else:
            self._unmarked.append(f"{item.file}: {reason}")
        return f"not marked: {reason}"


def check(items: Sequence[Item], folder: Path | None, film_file: Path | None) -> None:
    """Checks that pictures can be written, before anything is read.

    Args:
      items: all items that will be read.
      folder: as for `Pictures`.
      film_file: as for `Pictures`.

    Raises:
      UserError: a source would be overwritten, pictures would be read as sources the next time, the
        folder is a file or the film a folder, or a film is wanted of more or less than one video.
      OSError: the folder, or that of the film, cannot be written to.
    """
    if folder:
        if folder.exists() and not folder.is_dir():
            raise UserError(f"--annotate {folder} is a file: choose a folder")
        at = folder.resolve()
        roots = {item.root.resolve() for item in items if item.root}
        folders = {item.path.resolve().parent for item in items}
        if at in folders or roots & {at, *at.parents}:
            raise UserError(f"--annotate {folder} is a folder that is read: choose one outside")
        writable.check_folder(folder)
    if film_file:
        _check_film(items, film_file)


def _check_film(items: Sequence[Item], path: Path) -> None:
    if path.suffix.lower() != film.SUFFIX:
        raise UserError(f"--video {path}: a name that ends with {film.SUFFIX} was expected")
    writable.check_file(path)
    regular.check(path)
    films = [item for item in items if item.is_video]
    if len(films) != 1:
        raise UserError(
            f"--video {path} takes the frames of one video, and {len(films)} are read: "
            "--annotate DIR writes one for each"
        )
    if path.resolve() == films[0].path.resolve():
        raise UserError(f"--video {path} is the video that is read: choose another name")
