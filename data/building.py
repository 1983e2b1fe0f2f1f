"""Writes a prepared dataset under a temporary name, then renames it once it is whole."""

import contextlib
import errno
import importlib
import inspect
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import tensorflow_datasets as tfds

from lanet_jax.errors import UserError
from lanet_jax.input import records_table

from . import aligned, assembly, check, made_from
from .claim import claim, clear
from .landmarks import table as landmark_table
from .listing import (
    Listing,
    check_classes,
    drop_empty_splits,
    drop_missing,
    keep_first,
    remark_absent_classes,
)
from .made_from import MadeFrom
from .record_fields import RecordsBuilder

REPORT, TWINS = "report.txt", "twins.csv"
DEFAULT_NAME = "mine"  # of a folder, which configs/folder.py trains on


def from_source(
    dataset: str,
    source: Path,
    landmarks: Path | None,
    data_dir: Path,
    overwrite: bool,
    options: dict[str, Any],
) -> Path:
    """Prepares a dataset from the user's files and prints the final table.

    Args:
      dataset: package below `data`.
      source: folder or file with its official layout.
      landmarks: a landmark file, or None.
      data_dir: folder of prepared datasets.
      overwrite: whether to prepare a finished dataset again.
      options: the dataset's own options; `name` gives the prepared folder another name, `align`
        cuts the faces out at so many pixels, 0 takes the images whole.

    Returns:
      The finished folder.

    Raises:
      UserError: something about the source, the landmarks or the disk is wrong, or the folder is
        prepared from something else.
    """
    name = options.pop("name", dataset)
    chosen, align = dict(options), options.pop("align", None)
    module = _module(dataset, "source")
    builder_class = _module(dataset, f"{dataset}_dataset_builder").Builder
    config = module.config_name(**options)
    folder = data_dir / name / config / str(builder_class.VERSION)

    def differences(then: MadeFrom) -> list[str]:
        quick = options | getattr(module, "QUICKLY", {})
        return made_from.other_options(chosen, then) or made_from.other_files(
            source, lambda: module.list_source(source, **quick), landmarks, then
        )

    if _is_finished(folder, overwrite, differences):
        return folder
    if not source.exists():
        raise UserError(f"--source {source}: nothing is there")
    if align and not landmarks:
        raise UserError(
            "--align: faces are cut out by their landmarks; find them by `lanet landmarks`, and "
            "give --landmarks FILE"
        )
    table = landmark_table.load(landmarks) if landmarks else None
    listing: Listing = module.list_source(source, **options)
    made = made_from.files(source, listing, landmarks, chosen)
    check_classes(listing)
    keep_first(listing)
    drop_missing(listing)
    if table and align:
        aligned.cut_out(listing, table, align)
    drop_empty_splits(listing)
    remark_absent_classes(listing)
    looks = assembly.look_at_all(listing)
    schema, splits = assembly.assemble(listing, looks, None if align else table)
    if align == 0:
        aligned.remark_photos(listing, splits, schema.scheme)
    twins = check.find_twins(listing, looks)
    check.note_twins(listing, twins)
    named = {"config": config} if config else {"name": name} if name != dataset else {}
    size = sum(seen.length for seen in looks.values())
    with _temporary(data_dir, folder, size) as temporary:
        if _is_finished(folder, overwrite, differences):  # by another process meanwhile
            return folder
        builder = builder_class(schema=schema, splits=splits, data_dir=temporary, **named)
        written = _write(builder)
        counts = check.table(check.count(written), listing)
        report = f"{counts}\n\n{check.lists(listing, shown=None)}\n"
        (written / REPORT).write_text(report, encoding="utf-8")
        (written / TWINS).write_text(check.twins_csv(twins), encoding="utf-8")
        made_from.write(written, made)
        _move(written, folder, temporary)
    print(f"\n{counts}\n\n{check.lists(listing)}\nall of them: {folder / REPORT}")
    print(f"\nprepared {folder}")
    if name not in (dataset, DEFAULT_NAME) and "train" in splits:
        only = f"\"('{name}',)\""
        print(
            f"to train on it: --config={dataset} --config.data.train={only} "
            f"--config.data.test={only}"
        )
    return folder


def generated(dataset: str, data_dir: Path, overwrite: bool, options: dict[str, Any]) -> Path:
    """Prepares a dataset that its builder generates, and prints the final table.

    Args:
      dataset: package below `data`.
      data_dir: folder of prepared datasets.
      overwrite: whether to prepare a finished dataset again.
      options: arguments of the builder.

    Returns:
      The finished folder.

    Raises:
      UserError: the disk is full or cannot be written, or something else is in the folder's place,
        such as a dataset of other options.
    """
    builder_class = _module(dataset, f"{dataset}_dataset_builder").Builder
    folder = data_dir / dataset / str(builder_class.VERSION)
    taken = inspect.signature(builder_class).parameters.values()
    made = MadeFrom({p.name: p.default for p in taken if p.kind is p.KEYWORD_ONLY} | options)

    def differences(then: MadeFrom) -> list[str]:
        return made_from.other_options(made.options, then)

    if _is_finished(folder, overwrite, differences):
        return folder
    with _temporary(data_dir, folder, size=0) as temporary:
        if _is_finished(folder, overwrite, differences):
            return folder
        written = _write(builder_class(data_dir=temporary, **options))
        made_from.write(written, made)
        counts = check.table(check.count(written))
        _move(written, folder, temporary)
    print(f"\n{counts}\n\nprepared {folder}")
    return folder


def _module(dataset: str, name: str) -> ModuleType:
    # Installed, this package is `lanet_jax.data`; in a checkout it is `data`.
    return importlib.import_module(f"{__package__}.{dataset}.{name}")


def _is_finished(
    folder: Path, overwrite: bool, differences: Callable[[MadeFrom], list[str]]
) -> bool:
    """Whether a folder is prepared already, from what the command names; says so."""
    if not folder.exists() or overwrite:
        return False
    if not (folder / "dataset_info.json").is_file():
        raise UserError(
            f"{folder} exists and is not a prepared dataset; move it away or add --overwrite"
        )
    then = made_from.read(folder)
    found = differences(then) if then else []
    if found:
        raise UserError(
            f"{folder} is prepared already from something else: {'; '.join(found)}. Add "
            "--overwrite to prepare it again, or give another --data_dir (or --name, of a folder)"
        )
    unknown = "" if then else "; it is not noted what it was made from, so that was not compared"
    print(
        f"{folder} is prepared already; nothing was done (--overwrite prepares it again){unknown}"
    )
    return True


def _write(builder: RecordsBuilder) -> Path:
    # TFDS would print the temporary folder's name, with progress bars and advice about it.
    tfds.disable_progress_bar()
    with contextlib.redirect_stdout(io.StringIO()):
        builder.download_and_prepare()
    records_table.write(Path(builder.data_path))
    return Path(builder.data_path)


def _move(written: Path, folder: Path, temporary: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        os.replace(folder, temporary / "replaced")
    os.replace(written, folder)


@contextlib.contextmanager
def _temporary(data_dir: Path, folder: Path, size: int) -> Iterator[Path]:
    """A data_dir for TFDS on the same disk as the real one; removed afterwards in any case."""
    temporary = data_dir / f".{'-'.join(folder.relative_to(data_dir).parts)}.incomplete"
    try:
        with claim(temporary, f"preparing {folder}"):
            try:
                clear(temporary)  # left by a killed process
                free = shutil.disk_usage(data_dir).free
                # TFDS sorts on disk, so each record is written twice.
                if free < 2 * size:
                    raise UserError(
                        f"{data_dir} has {free / 1e9:.1f} GB left and {2 * size / 1e9:.1f} GB are "
                        "needed; make room or choose another --data_dir"
                    )
                yield temporary
            finally:
                shutil.rmtree(temporary, ignore_errors=True)  # and its lock, while it is held
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise UserError(f"no space left in {data_dir}; choose another --data_dir") from None
        if error.filename and Path(error.filename).is_relative_to(data_dir):
            raise UserError(f"cannot write {error.filename}: {error.strerror}") from None
        raise
