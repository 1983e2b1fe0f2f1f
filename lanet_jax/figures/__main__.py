"""`lanet figures --workdir=DIR [--workdir=DIR2 ...] [--out=DIR]`: the paper's figures of runs."""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, whole
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.report.captions import CAPTIONS, OF_SEVERAL
from lanet_jax.run.paths import RunFolder


def main() -> None:
    """Draws the paper's figures of runs as PNG and SVG."""
    parser = Parser(prog="lanet figures", description=__doc__)
    parser.add_argument(
        "--workdir",
        type=Path,
        action="append",
        required=True,
        help="folder of a run, or of a study for its sweeps; repeatable",
    )
    parser.add_argument(
        "--step",
        action="append",
        help="checkpoint: a number, last or best; repeatable (default: last)",
    )
    parser.add_argument(
        "--out", type=Path, help="folder of the figures (default, of one run: WORKDIR/figures)"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=CAPTIONS,
        help="a figure; repeatable (default: all that the runs allow)",
    )
    parser.add_argument(
        "--records", type=whole(0), default=2000, help="training records looked at; 0 for all"
    )
    parser.add_argument("--images", type=whole(1), default=12, help="training images shown")
    parser.add_argument("--seed", type=whole(0), default=0, help="seed of random choices")
    parser.add_argument(
        "--data_dir", default="", help="where the data lies (default: as in the run)"
    )
    arguments = parser.parse_args()
    runtime.start()
    figures(**vars(arguments))


def figures(
    workdir: Sequence[Path],
    step: Sequence[str] | None = None,
    out: Path | None = None,
    only: Sequence[str] | None = None,
    records: int = 2000,
    images: int = 12,
    seed: int = 0,
    data_dir: str = "",
) -> None:
    """Draws every figure that the runs have the data for, and says which it skips and why.

    The figures of a single run go to its folder, and its report is rewritten to show them. An error
    in one figure ends the command after the others are drawn.

    Args:
      workdir: folders of runs, and folders of studies, of which only the sweeps are drawn.
      step: checkpoints of each run: numbers, "last" or "best"; None for the last.
      out: folder for the figures; None for `figures` in the single run's folder.
      only: names of figures; None for all.
      records: training records looked at; 0 for all.
      images: training images shown with their distributions.
      seed: seed of random choices.
      data_dir: where the data lies; "" for where the run had it.

    Raises:
      UserError: a run, a checkpoint or its data is missing, or several runs have no `out`.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax.figures import style, sweeps
    from lanet_jax.figures.album import Album
    from lanet_jax.report import gallery, page

    count = 0
    for folder in workdir:
        runs = sweeps.runs_in(folder)
        if not runs:
            raise UserError(f"{folder} holds no run and no study: check --workdir")
        count += len(runs)
    if out is None and len(workdir) > 1:
        raise UserError("--out: several runs share their figures: name a folder, --out=DIR")
    album = Album(workdir, step or ["last"], records, images, seed, data_dir)
    own, failed = workdir[0] / gallery.FOLDER, dict[str, Exception]()
    for name in only or [name for name in CAPTIONS if name not in OF_SEVERAL or count > 1]:
        try:
            for file, figure in getattr(album, name)():
                print(", ".join(map(str, style.save(figure, out or own, file))))
        except style.NotDrawnError as reason:
            print(f"{name}: skipped, {reason}")
        except Exception as error:  # the figures after it are drawn all the same
            print(f"{name}: failed, see the end")
            # What several need and is not there, such as a checkpoint, is told once.
            failed.setdefault(str(error), error)
    if out is None and RunFolder(workdir[0]).config.exists():
        print(page.write(workdir[0]))
    if failed:
        first, *others = failed.values()
        for other in others:
            print(f"{type(other).__name__}: {other}")
        raise first


if __name__ == "__main__":
    exit_on_user_error(main)()
