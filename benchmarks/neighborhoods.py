"""Where a run of LA-Net should look for neighbours, and what these should contribute.

`python -m benchmarks.neighborhoods --workdir DIR [--data_dir DIR] [--step N]` prints how often the
label distributions of a run's checkpoint name the true class, by the number of candidates, the
number of neighbours K, and what neighbours contribute: among a batch, and among as many as
`--candidates` has. All neighbours count alike.
"""

import argparse
import itertools
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from benchmarks import report
from lanet_jax import metrics
from lanet_jax.devices import runtime
from lanet_jax.lde import aggregate, bank
from lanet_jax.lde.memory import Candidates, taken
from lanet_jax.lde.neighbors import nearest_neighbors

BATCH = 128
LEAST = 1e-4  # probability; that of no neighbour would be infinitely unlikely


def main() -> None:
    """Prints a row for each choice."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.neighborhoods", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--data_dir", default="", help="where its data lies now")
    parser.add_argument("--step", default="last", help="number of a checkpoint, or last")
    parser.add_argument(
        "--candidates", type=int, nargs="+", default=[4096], help="how many, beside a batch"
    )
    parser.add_argument("--neighbors", type=int, nargs="+", default=[8, 16, 32], help="K, of these")
    parser.add_argument("--seed", type=int, default=0, help="of the drawn candidates")
    args = parser.parse_args()
    runtime.start()
    from lanet_jax.audit import beliefs
    from lanet_jax.devices import mesh
    from lanet_jax.from_config import finished

    run = finished.open_run(args.workdir, args.data_dir)
    data, reading = run.data, run.reading
    seen = beliefs.read(run.config, args.workdir, args.step, data, mesh.make(reading.batch))
    true = data.given if data.true is None else data.true
    wrong = data.given != true
    classes = seen.probabilities.shape[1]
    contributed = {
        "predictions": seen.probabilities,
        "observed labels": np.asarray(bank.init(data.given, classes)),
    }
    rows = [_row("the network's own prediction", "", "", "", seen.probabilities, true, wrong)]
    many = dict.fromkeys(min(number, len(true)) for number in args.candidates)
    for among, k in ((BATCH, 8), *itertools.product(many, args.neighbors)):
        for name, labels in contributed.items():
            order = np.random.default_rng(args.seed).permutation(len(true))
            found = {s: means(f, labels, order, among, k) for s, f in seen.features.items()}
            if len(found) > 1:
                spaces = [jnp.asarray(d) for d in found.values()]
                exists = [d.any(axis=1, keepdims=True) for d in spaces]
                found["both"] = np.asarray(aggregate.mean_over_spaces(spaces, exists))
            rows += [_row(s, name, among, k, d, true, wrong) for s, d in found.items()]
    header = ("space", "neighbours contribute", "candidates", "K", "right", "mean class")
    notes = [
        f"Step {seen.step}, {len(true)} records, candidates drawn with seed {args.seed}.",
        f"NLL in nats; probabilities below {LEAST:g} count as that.",
    ]
    report.show((*header, "right of the wrongly labelled", "NLL"), rows, notes)


def means(
    features: Float[np.ndarray, "N D"],
    labels: Float[np.ndarray, "N C"],
    order: Int[np.ndarray, " N"],
    among: int,
    k: int,
) -> Float[np.ndarray, "N C"]:
    """The mean of what a record's nearest candidates contribute (Eq. 4 with equal scores).

    Args:
      features: of one space; a row of zeros has no place there.
      labels: what each record contributes.
      order: the records of a batch, then the candidates that are not in it, follow one another.
      among: number of candidates, the batch's included; of fewer records, all.
      k: number of neighbours, K.

    Returns:
      The label distributions; rows of zeros without neighbours.
    """

    def records(rows: Int[np.ndarray, " R"]) -> Candidates:
        own = features[rows], labels[rows], rows, features[rows].any(axis=1)
        return Candidates(*map(jnp.asarray, own))

    found = np.zeros_like(labels)
    for start in range(0, len(order), BATCH):
        pool = np.roll(order, -start)[:among]
        own, rest = np.split(pool, [min(BATCH, len(order) - start)])
        batch, past = records(own), records(rest) if len(rest) else None
        index, exists = nearest_neighbors(batch, past, min(k, len(pool)), exclude_same_id=True)
        near = taken(batch.labels, past and past.labels, index)
        mean = aggregate.neighborhood_mean(near, batch.labels, exists, jnp.zeros(exists.shape))
        found[own] = jnp.where(exists.any(axis=1, keepdims=True), mean, 0)
    return found


def _row(
    space: str,
    contribute: str,
    among: int | str,
    k: int | str,
    distributions: Float[np.ndarray, "N C"],
    true: Int[np.ndarray, " N"],
    wrong: Int[np.ndarray, " N"],
) -> tuple[str, ...]:
    known = distributions.any(axis=1)
    distributions, true, wrong = distributions[known], true[known], wrong[known]
    right = distributions.argmax(axis=1) == true
    of_class = [right[true == label].mean() for label in np.unique(true)]
    likelihood = np.maximum(metrics.of_label(distributions, true), LEAST)
    shares = (right.mean(), np.mean(of_class), right[wrong].mean() if wrong.any() else np.nan)
    cells = (f"{among:,}" if isinstance(among, int) else among, str(k))
    numbers = (f"{-np.log(likelihood).mean():.2f}",)
    return (space, contribute, *cells, *(f"{share:.1%}" for share in shares), *numbers)


if __name__ == "__main__":
    main()
