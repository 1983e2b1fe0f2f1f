"""`python -m lanet_jax.audit --workdir=DIR`: which training labels look wrong, and why."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.devices import runtime
from lanet_jax.errors import UserError, exit_on_user_error

RANKS = ("consensus", "suspicion", "kl", "margin")


def main() -> None:
    """Ranks a run's training labels and writes `audit.csv` and `audit.html` in its folder."""
    parser = argparse.ArgumentParser(prog="python -m lanet_jax.audit", description=__doc__)
    add = parser.add_argument
    add("--workdir", type=Path, required=True, help="folder of the run")
    add("--step", default="last", help="number of a checkpoint, or last")
    add("--rank", choices=RANKS, default=RANKS[0], help="score that orders the records")
    add("--limit", type=int, default=500, help="suspects on the page")
    add("--neighbors", type=int, default=8, help="shown for each suspect and space")
    add("--candidates", type=int, default=50_000, help="records that may be neighbours")
    add("--data_dir", default="", help="where the data lies; as in the run if left out")
    outside = parser.add_mutually_exclusive_group().add_argument
    outside("--probabilities", type=Path, help="out-of-sample ones, to ask cleanlab the same")
    kept = "in their place, runs with data.holdout, each of which predicts what it kept aside"
    outside("--held_out", type=Path, nargs="+", default=(), metavar="DIR", help=kept)
    arguments = parser.parse_args()
    runtime.start()
    audit(**vars(arguments))


def audit(
    workdir: Path,
    step: str = "last",
    rank: str = RANKS[0],
    limit: int = 500,
    neighbors: int = 8,
    candidates: int = 50_000,
    data_dir: str = "",
    probabilities: Path | None = None,
    held_out: Sequence[Path] = (),
) -> None:
    """Writes `audit.csv` and `audit.html`, and prints what was found.

    Args:
      workdir: folder of the run.
      step: of the checkpoint: a number or "last"; "best" keeps no label distributions.
      rank: score that orders the records, see `audit.ranking.rank`.
      limit: suspects on the page.
      neighbors: shown for each suspect and space.
      candidates: records that may be neighbours; a random sample where there are more.
      data_dir: where the data lies; empty for where the run had it.
      probabilities: file of out-of-sample probabilities of the training records: with them,
        cleanlab is asked the same.
      held_out: in place of the file, runs on the same labels that kept a part of them aside
        (`data.holdout`); each predicts its part.

    Raises:
      UserError: run, checkpoint, data or probabilities are missing or do not fit.
    """
    # The compiler's flags must be set before anything of these touches a device.
    from lanet_jax.audit import findings, out_of_sample, presentation, ranking_table
    from lanet_jax.from_config import data as build_data
    from lanet_jax.run import folder as run_folder

    if step == "best":
        raise UserError("--step=best keeps no label distributions: take last, or a number")
    if limit < 1 or neighbors < 1 or candidates < 2:
        raise UserError("--limit and --neighbors must be 1 or more, --candidates 2 or more")
    config = run_folder.load_config(workdir)
    config.data.dir = data_dir or config.data.dir
    data = build_data.data(config, workdir)
    train, comparison = data.train, None
    if probabilities or held_out:
        outside = (
            out_of_sample.read(probabilities, train.names, train.classes)
            if probabilities
            else out_of_sample.predict(held_out, train.names, data.given, train.classes, data_dir)
        )
        comparison = findings.compare(outside, data.given)
    found = findings.find(config, workdir, step, data, candidates)

    print(ranking_table.summary_text(data, found, comparison))
    quality = None
    if data.true is not None:
        wrong = data.given != data.true
        quality = findings.qualities(found, None, wrong, limit).get(rank)
        print(
            ranking_table.quality_text(
                findings.qualities(found, comparison, wrong, limit), rank, limit
            )
        )
    path = workdir / "audit.csv"
    ranking_table.write(path, data, found.ranking, rank, found.seen.targets, found.neighbors)
    print(path)
    print(presentation.write(workdir, data, found, rank, limit, neighbors, quality))


if __name__ == "__main__":
    exit_on_user_error(main)()
