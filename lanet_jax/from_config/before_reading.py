"""Checks what is known before any record is read: devices, files, descriptions of the data."""

from pathlib import Path
from typing import NamedTuple

from lanet_jax.checkpoint import pretrained
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.from_config import combinations, landmark_targets, starts
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import held_out
from lanet_jax.input import label_lines, mixture, prepared
from lanet_jax.profiling import profiler
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder

_OTHER_SPLIT = (
    "set --config.data.test_split (or train_split) to one of these, or hold a part out: `lanet "
    'prepare` with --holdout=0.1 --overwrite, or --config.data.test="()" --config.data.holdout=0.1'
)


class _Described(NamedTuple):
    """The description of a prepared dataset and one of its splits; see `mixture.Described`."""

    classes: tuple[str, ...]
    landmarks: int
    scheme: str
    votes: bool
    records: int


def check(c: Config) -> None:
    """Refuses mistakes that show before the data is read, which may take minutes.

    Args:
      c: resolved config; fields that are 0 are chosen by the data later and not checked yet.

    Raises:
      UserError: the devices cannot share a batch, a dataset or split is not there, or the data
        lacks what the config asks for.
    """
    if c.optim.batch_size:
        mesh_lib.make(c.optim.batch_size)
    train = {name: _described(c, name, c.data.train_split) for name in c.data.train}
    mixture.check_classes(train)
    without = [name for name, of in train.items() if not of.landmarks]
    if landmark_targets.are_learned(c) and without:
        raise landmark_targets.missing(without)
    mixture.check_schemes(train)
    without = [name for name, of in train.items() if not of.votes]
    if c.ce.targets == "votes" and without:
        raise UserError(
            f"--config.ce.targets=votes: {', '.join(without)} has no annotator votes (FERPlus "
            "and the demo set have)"
        )
    if combinations.is_open(c):
        return  # `fit` may yet choose to hold a part out in place of a test split
    test = {
        name: _described(c, name, split)
        for name, split in zip(c.data.test, c.data.test_split, strict=True)
    }
    mixture.check_classes(train | test)
    check_count(c, sum(of.records for of in train.values()))


def check_count(c: Config, records: int) -> None:
    """Refuses a batch that the records do not fill, steps beyond 32 bits, a trace after them.

    Args:
      c: resolved config, of which no field is left to the data.
      records: records of the training split, of which the config may hold some out.

    Raises:
      UserError: there are too few records, too many steps, no such part to hold out, or no step
        to trace.
    """
    records = min(records, c.data.limit or records)
    records -= held_out(c, records)
    batch, epochs = c.optim.batch_size, c.optim.epochs
    if records < batch:
        raise UserError(
            f"{records} training records do not fill a batch of {batch}: lower "
            f"--config.optim.batch_size to {max(records, 2)} or less"
        )
    last = epochs * (records // batch)
    profiler.check(c.profile.start, c.profile.steps, last)
    if last >= 2**31:
        raise UserError(
            f"--config.optim.epochs={epochs}: of {records // batch} steps each, more than are "
            "counted in 32 bits; take fewer"
        )


def check_files(c: Config, workdir: Path) -> None:
    """Refuses files that are needed and cannot be read; for one process to do.

    Args:
      c: resolved config.
      workdir: work folder of the run, which may no longer need them.

    Raises:
      UserError: one is not there, or is of another kind.
    """
    if c.noise.kind == "file" and not RunFolder(workdir).labels.exists():
        label_lines.read_text(expanded(c.noise.file))
    if c.model.pretrained and not run_folder.has_checkpoint(workdir):
        starts.check(c)


def bound_files(c: Config) -> dict[str, str]:
    """Files outside the prepared data to whose bytes a run is bound.

    Args:
      c: resolved config.

    Returns:
      Their paths, by the field that names them.
    """
    labels = c.noise.file if c.noise.kind == "file" else ""
    weights = c.model.pretrained
    if weights in pretrained.NAMES:
        weights = str(pretrained.place(weights))
    named = {"noise.file": labels, "model.pretrained": weights}
    return {field: path for field, path in named.items() if path}


def _described(c: Config, name: str, split: str) -> _Described:
    folder = prepared.newest_version(expanded(c.data.dir), name)
    builder, metadata = prepared.open_builder(folder)
    prepared.require_split(folder, builder, split, _OTHER_SPLIT)
    features = builder.info.features
    return _Described(
        classes=tuple(metadata["classes"]),
        landmarks=features["landmarks"].shape[0] if "landmarks" in features else 0,
        scheme=metadata["scheme"],
        votes=bool(metadata["votes"]),
        records=builder.info.splits[split].num_examples,
    )
