"""`lanet audit FOLDER --out=DIR`: which labels look wrong, and why.

A folder of class/image, a CSV list or a prepared dataset is audited without any training.
`--workdir=DIR` audits the training labels of a run, and shows the run's own beliefs as well.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.audit.options import RANKS, Options
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, whole
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.shards import dealing
from lanet_jax.shards.dealing import Shard

_OUT = "--out=DIR is where the page of a folder goes; a run has its own folder"


def main() -> None:
    """Ranks labels and writes `audit.csv` and `audit.html`."""
    parser = Parser(prog="lanet audit", description=__doc__)
    add = parser.add_argument
    add("source", type=Path, nargs="?", help="folder of class/image, CSV list or prepared dataset")
    add("--out", type=Path, help="folder for the page and the table, with a source")
    add("--workdir", type=Path, help="folder of a run, instead of a source")
    add("--step", default="last", help="checkpoint of the run: a number, or last")
    add("--model", type=Path, help="network whose features are used (default: bundled)")
    add(
        "--rank",
        choices=RANKS,
        default="",
        help="score that orders the records (default: probe, unless the run is more reliable)",
    )
    add(
        "--limit",
        type=whole(1),
        default=Options.limit,
        help="maximum number of suspects on the page",
    )
    add(
        "--neighbors",
        type=whole(1),
        default=Options.neighbors,
        help="nearest faces shown for each suspect and space",
    )
    add(
        "--candidates",
        type=whole(2),
        default=Options.candidates,
        help="records that may be neighbours",
    )
    add(
        "--data_dir",
        default="",
        help="where prepared data lies (default: as in the run, else ~/tensorflow_datasets)",
    )
    add(
        "--split",
        default="",
        help="split of the source (default: train of prepared data, else all)",
    )
    renamed = "classes of a folder or list to rename: WRITTEN=CLASS,..."
    add("--classes", default="", help=renamed)
    add("--cleanlab", action="store_true", help="run cleanlab on the same folds")
    add("--shard", type=dealing.shard, metavar="I/N", help=f"with a source: {dealing.HELP}")
    outside = parser.add_mutually_exclusive_group().add_argument
    outside(
        "--probabilities",
        type=Path,
        help="CSV or npz of out-of-sample probabilities of a run, for cleanlab",
    )
    kept = "take out-of-sample probabilities from the folds of `lanet folds`, or from runs DIR"
    outside("--held_out", type=Path, nargs="*", metavar="DIR", help=kept)
    arguments = parser.parse_args()
    runtime.start(alone=arguments.shard is not None)
    audit(**vars(arguments))


def audit(
    workdir: Path | None = None,
    step: str = "last",
    rank: str = "",
    limit: int = Options.limit,
    neighbors: int = Options.neighbors,
    candidates: int = Options.candidates,
    data_dir: str = "",
    probabilities: Path | None = None,
    held_out: Sequence[Path] | None = None,
    source: Path | None = None,
    out: Path | None = None,
    model: Path | None = None,
    split: str = "",
    classes: str = "",
    cleanlab: bool = False,
    shard: Shard | None = None,
) -> None:
    """Writes `audit.csv` and `audit.html`, and prints what was found.

    Args:
      workdir: folder of a run.
      step: its checkpoint: a number or "last"; "best" keeps no label distributions.
      rank: score that orders the records, see `label_noise.ranking.rank`, or "probe", which needs
        no training. By default the probe, or a run's consensus where its verdict allows more than
        the probe's.
      limit: suspects on the page.
      neighbors: shown for each suspect and space.
      candidates: records that may be neighbours; a random sample where there are more.
      data_dir: where the data lies; empty for where the run had it.
      probabilities: file of out-of-sample probabilities of a run's training records, for a
        comparison with cleanlab.
      held_out: in place of the file, runs on the same labels that each held out a part of them
        (`data.holdout`) and predict it here. Empty for those that `lanet folds` made.
      source: what to audit in place of a run, see `audit.labelled_faces.load`.
      out: folder for the page and the table of a source.
      model: network whose features the probe is fitted to; None for the bundled one.
      split: split of the source; "" as in `labelled_faces.load`.
      classes: other names for classes of the source, see `labelled_faces.load`.
      cleanlab: whether cleanlab is run on the folds of the probe.
      shard: the part of a source whose faces are read here; `lanet merge` audits them all.

    Raises:
      UserError: source, run, checkpoint, data or probabilities are missing or do not fit.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax.audit import of_run, shard_of_faces, without_run, witnesses
    from lanet_jax.label_noise import confident_learning
    from lanet_jax.shipped import SHIPPED
    from lanet_jax.study import folds
    from lanet_jax.trained.load import place

    model = place(model) if model else None
    if workdir is not None and source is None:
        _check_run(out, step, classes, shard)
        options = Options(rank, limit, neighbors, candidates, cleanlab)
        if probabilities is not None or held_out is not None:
            confident_learning.require()
        if held_out == []:
            held_out = folds.made(workdir)
        of_run.audit_run(
            workdir,
            step,
            options,
            model=model,
            data_dir=data_dir,
            probabilities=probabilities,
            held_out=held_out or (),
        )
    elif source is not None and workdir is None:
        out = _check_faces(out, step, probabilities, held_out)
        options = Options(rank, limit, neighbors, candidates, cleanlab)
        source, model = expanded(source), model or SHIPPED
        where = expanded(data_dir or "~/tensorflow_datasets")
        if shard is not None:
            shard_of_faces.write(source, out, shard, model, where, split, classes, options)
            return
        look = functools.partial(witnesses.read, model=model)
        without_run.audit_faces(
            source, out, look, options, data_dir=where, split=split, classes=classes
        )
    else:
        raise UserError("name what to audit: a folder, a list or prepared data, or --workdir=DIR")


def _check_run(out: Path | None, step: str, classes: str, shard: Shard | None) -> None:
    """Refuses what belongs to faces, and a checkpoint without label distributions."""
    if out is not None:
        raise UserError(_OUT)
    if classes:
        raise UserError("--classes is for a folder or a list: a run has the classes of its data")
    if shard is not None:
        raise UserError("--shard is for a folder, a list or prepared data, not for a run")
    if step == "best":
        raise UserError("--step=best keeps no label distributions: take last, or a number")


def _check_faces(
    out: Path | None, step: str, probabilities: Path | None, held_out: Sequence[Path] | None
) -> Path:
    """Refuses what belongs to a run; returns the folder that the page goes to."""
    if out is None:
        raise UserError(_OUT)
    if probabilities is not None or held_out is not None or step != "last":
        raise UserError("--step, --probabilities and --held_out belong to a run: --workdir=DIR")
    return expanded(out)


if __name__ == "__main__":
    exit_on_user_error(main)()
