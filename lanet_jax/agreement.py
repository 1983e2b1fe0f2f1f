"""`lanet agreement --workdir=DIR`: compares labels with annotator votes."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import rel_entr

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.command_line.words import counted
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_csv
from lanet_jax.from_config.finished import open_run
from lanet_jax.input import votes
from lanet_jax.report import gallery, result_files

GIVEN, TRUE, TARGETS = "observed labels, one-hot", "true labels, one-hot", "target distributions"
ALL, WRONG, RIGHT = "all", "observed label wrong", "observed label right"
# Records without a majority class. Where people agree a one-hot label is right; a distribution
# shows its worth where they do not.
DISPUTED = "people disagree"
HEADER = ("records", "count", "labels", "js_nats")


class Row(NamedTuple):
    """The divergence of some labels from the votes, over some records.

    Attributes:
      records: name of the group of records.
      count: number of records.
      labels: kind of label that is compared with the votes.
      divergence: mean Jensen-Shannon divergence, in nats.
    """

    records: str
    count: int  # type: ignore[assignment]  # hides a tuple's method, which nobody needs
    labels: str
    divergence: float


def main() -> None:
    """Compares a run's labels and target distributions with annotator votes (Table 6)."""
    parser = Parser(prog="lanet agreement", description=__doc__)
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the run")
    parser.add_argument(
        "--data_dir", default="", help="where the data lies (default: as in the run)"
    )
    arguments = parser.parse_args()
    runtime.start()
    agreement(**vars(arguments))


def agreement(workdir: Path, data_dir: str = "") -> list[Row]:
    """Writes and prints the mean divergence from the votes (Table 6).

    All training records with a vote for a class count; other votes are dropped first, see
    `lanet_jax.input.votes.shares`.

    Args:
      workdir: folder of the run, where `agreement.csv` is written.
      data_dir: where its data lies; "" for where the run had it.

    Returns:
      The rows of the table.

    Raises:
      UserError: run or data are missing, or the data has no votes.
    """
    run = open_run(workdir, data_dir)
    data = run.data
    people = votes.of_records(data.train)
    if people is None:
        raise UserError(
            f"{workdir}: the training data has no votes to compare with (FERPlus and the demo set "
            "have; a mixed set has none)"
        )
    estimated = result_files.distributions(workdir, data.train.names)
    rows = compare(people, data.given, data.true, estimated.targets if estimated else None)
    lines = ((*row[:3], f"{row[3]:.6f}") for row in rows)
    write_csv(run.folder.agreement, HEADER, lines)
    without = int(np.isnan(people).any(axis=1).sum())
    print("mean Jensen-Shannon divergence from annotator votes, in nats (at most 0.6931)")
    table = gallery.pivot(rows)
    for first, *cells in (table.header, *table.rows):
        print(first.ljust(26) + "".join(cell.rjust(31) for cell in cells))
    if without:
        print(f"left out, without a vote for a class: {counted(without, 'record')}")
    if estimated is None:
        print("no target distributions: only LA-Net writes distributions.csv, at its end")
    return rows


def compare(
    people: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    true: Int[np.ndarray, " N"] | None,
    targets: Float[np.ndarray, "N C"] | None,
) -> list[Row]:
    """Computes the mean divergence from the votes, by kind of label and group of records.

    Args:
      people: shares of the votes; records with nan are left out.
      given: observed labels, trained on.
      true: labels before the noise; None if not known.
      targets: estimated distributions; None if there are none.

    Returns:
      A row for each; without true labels only over all records and those that people dispute.
    """
    voted = ~np.isnan(people).any(axis=1)
    one_hot = np.eye(people.shape[1])
    kinds = {GIVEN: one_hot[given]}
    groups = {ALL: voted, DISPUTED: voted & (np.max(people, axis=1) <= 0.5)}
    if true is not None:
        kinds[TRUE] = one_hot[true]
        groups |= {WRONG: voted & (given != true), RIGHT: voted & (given == true)}
    if targets is not None:
        kinds[TARGETS] = targets / targets.sum(axis=1, keepdims=True)  # the file has six digits
    divergences = {kind: jensen_shannon(people, p) for kind, p in kinds.items()}
    return [
        Row(group, int(members.sum()), kind, float(values[members].mean()))
        for group, members in groups.items()
        if members.any()
        for kind, values in divergences.items()
    ]


def jensen_shannon(
    p: Float[np.ndarray, "N C"], q: Float[np.ndarray, "N C"]
) -> Float[np.ndarray, " N"]:
    """Jensen-Shannon divergence of distributions (Eq. 15).

    JS(p || q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2. The paper does not say which
    logarithm it uses, here or in Eq. 7; ours is natural, as in every loss, so that JS is in nats
    and at most ln 2 = 0.693. For base 2 (at most 1) divide by ln 2.

    Args:
      p: distributions over C classes; rows sum to 1.
      q: distributions over the same classes.

    Returns:
      The divergence of each pair.
    """
    middle = (p + q) / 2
    return (rel_entr(p, middle).sum(axis=1) + rel_entr(q, middle).sum(axis=1)) / 2


if __name__ == "__main__":
    exit_on_user_error(main)()
