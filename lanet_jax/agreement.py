"""`python -m lanet_jax.agreement --workdir=DIR`: how close labels are to annotators' votes."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.command_line import Parser
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError, exit_on_user_error
from lanet_jax.files.atomic import write_csv
from lanet_jax.from_config.finished import open_run
from lanet_jax.input import votes
from lanet_jax.report import gallery, run_files

GIVEN, TRUE, TARGETS = "given labels, one-hot", "true labels, one-hot", "target distributions"
ALL, WRONG, RIGHT = "all", "given label wrong", "given label right"
# No class has more than half of the votes. A one-hot label is right where people agree; what a
# distribution is for shows where they do not.
DISPUTED = "people disagree"
HEADER = ("records", "count", "labels", "js_nats")


class Row(NamedTuple):
    """How far some labels are from the votes, over some records.

    Attributes:
      records: which.
      count: how many.
      labels: what is compared with the votes.
      divergence: mean Jensen-Shannon divergence, in nats.
    """

    records: str
    count: int  # type: ignore[assignment]  # hides a tuple's method, which nobody needs
    labels: str
    divergence: float


def main() -> None:
    """Compares a run's labels and target distributions with annotators' votes (Table 6)."""
    parser = Parser(prog="lanet agreement", description=__doc__)
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--data_dir", default="", help="where the data lies; as in the run")
    arguments = parser.parse_args()
    runtime.start()
    agreement(**vars(arguments))


def agreement(workdir: Path, data_dir: str = "") -> list[Row]:
    """Writes and prints the mean divergence from the votes (Table 6).

    All training records that have a vote for a class count; votes for anything else are left out
    first, as `lanet_jax.input.votes.shares` says.

    Args:
      workdir: folder of the run, for `agreement.csv`.
      data_dir: where its data lies; "" for where the run had it.

    Returns:
      The rows.

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
    estimated = run_files.distributions(workdir, data.train.names)
    rows = compare(people, data.given, data.true, estimated.targets if estimated else None)
    lines = ((*row[:3], f"{row[3]:.6f}") for row in rows)
    write_csv(run.folder.agreement, HEADER, lines)
    without = int(np.isnan(people).any(axis=1).sum())
    print("mean Jensen-Shannon divergence from annotators' votes, in nats (at most 0.6931)")
    table = gallery.pivot(rows)
    for first, *cells in (table.header, *table.rows):
        print(first.ljust(22) + "".join(cell.rjust(28) for cell in cells))
    if without:
        print(f"{without:,} records have no vote for a class and are left out")
    if estimated is None:
        print("no target distributions: only LA-Net writes distributions.csv, at its end")
    return rows


def compare(
    people: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    true: Int[np.ndarray, " N"] | None,
    targets: Float[np.ndarray, "N C"] | None,
) -> list[Row]:
    """The mean divergence from the votes, of each kind of labels over each kind of records.

    Args:
      people: shares of the votes; records that are nan are left out.
      given: labels trained on.
      true: labels before the noise, where they are known.
      targets: estimated distributions, if there are any.

    Returns:
      A row for each; without true labels, only over all records and those that people dispute.
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
    """Jensen-Shannon divergence of distributions: Eq. 15.

    JS(p || q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2. The paper writes neither
    here nor in Eq. 7 which logarithm it means; ours is the natural one, as in every loss, so that
    JS is in nats and at most ln 2 = 0.693. For the base 2 (at most 1) divide by ln 2.

    Args:
      p: distributions.
      q: distributions, of the same classes.

    Returns:
      The divergence of each pair.
    """
    middle = (p + q) / 2
    return (_kl(p, middle) + _kl(q, middle)) / 2


def _kl(p: Float[np.ndarray, "N C"], q: Float[np.ndarray, "N C"]) -> Float[np.ndarray, " N"]:
    # 0 log 0 is 0; where p > 0 the mixture q is too.
    ratio = np.divide(p, q, out=np.ones_like(p), where=p > 0)
    return np.sum(p * np.log(ratio), axis=1)


if __name__ == "__main__":
    exit_on_user_error(main)()
