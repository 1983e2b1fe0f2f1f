"""Measures the audit on simulated sets: `python -m benchmarks.audit_simulation`.

Prints the table of docs/audit.md. Thresholds were set on seeds below 100; this uses 100 and above.
"""

import argparse
import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.label_noise.judgement import NO_SUGGESTION
from lanet_jax.label_noise.of_arrays import LabelAudit, audit_labels

FIRST_SEED = 100
CLASSES, FEATURES = 8, 32


class World(NamedTuple):
    """How records are drawn.

    Attributes:
      apart: root mean square length of a class's mean; the noise has variance 1 in each feature.
      between: share of the records that lie up to 60% of the way towards another class.
    """

    apart: float
    between: float


WORLDS = {
    "clear": World(6.0, 0.0),
    "faces": World(3.5, 0.3),
    "weak": World(2.2, 0.3),
    "none": World(0.0, 0.0),
}


def draw(
    world: World, records: int, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "N D"], Int[np.ndarray, " N"]]:
    """Draws records of classes of unequal sizes, normal around their means.

    Args:
      world: how far apart the classes are.
      records: number of records, N.
      rng: source of randomness.

    Returns:
      Features [N, D] and true classes [N].
    """
    share = rng.dirichlet(np.full(CLASSES, 2.0)) + 0.03
    true = rng.choice(CLASSES, records, p=share / share.sum())
    mean = rng.normal(size=(CLASSES, FEATURES)) * world.apart / FEATURES**0.5
    way = np.where(rng.random(records) < world.between, 0.6 * rng.random(records), 0)[:, None]
    other = (true + rng.integers(1, CLASSES, records)) % CLASSES
    centre = mean[true] * (1 - way) + mean[other] * way
    return centre + rng.normal(size=centre.shape), true


def mislabel(
    true: Int[np.ndarray, " N"], rate: float, kind: str, rng: np.random.Generator
) -> Int[np.ndarray, " N"]:
    """Gives a share of the records a wrong label.

    Args:
      true: true classes.
      rate: share of the records.
      kind: "symmetric" for any other class, else always the next one.
      rng: source of randomness.

    Returns:
      The observed labels.
    """
    wrong = rng.permutation(len(true))[: round(rate * len(true))]
    steps = rng.integers(1, CLASSES, len(wrong)) if kind == "symmetric" else 1
    given = true.copy()
    given[wrong] = (true[wrong] + steps) % CLASSES
    return given


class Outcome(NamedTuple):
    """The outcome of an audit, as counts that can be summed over seeds.

    Attributes:
      sets: number of audits.
      speaks: how many of these suggest labels.
      covered: how many of these have the true share of wrong labels within their range.
      low: lower end of the range.
      estimate: mean estimate of those that suggest labels.
      high: upper end.
      records: number of records of all sets.
      shown: number of suggestions.
      right: how many of these are right.
      before: number of records with a right observed label.
      after: the same once all suggestions are accepted.
    """

    sets: int
    speaks: int
    covered: int
    low: float
    estimate: float
    high: float
    records: int
    shown: int
    right: int
    before: int
    after: int


def outcome(audit: LabelAudit, true: Int[np.ndarray, " N"]) -> Outcome:
    """Compares an audit with the true labels."""
    judged, given = audit.judgement, audit.given
    shown = judged.suggested != NO_SUGGESTION
    taken = np.where(shown, judged.suggested, given)
    noise, rate = judged.noise, float(np.mean(given != true))
    return Outcome(
        sets=1,
        speaks=int(noise.estimate is not None),
        covered=int(noise.at_least <= rate <= noise.at_most),
        low=noise.at_least,
        estimate=noise.estimate or 0.0,
        high=noise.at_most,
        records=len(true),
        shown=int(shown.sum()),
        right=int(np.sum(taken[shown] == true[shown])),
        before=int(np.sum(given == true)),
        after=int(np.sum(taken == true)),
    )


def row(outcomes: list[Outcome]) -> str:
    """Formats the sum of some outcomes as cells of the table."""
    o = Outcome(*map(sum, zip(*outcomes, strict=True)))
    estimate = f"{o.estimate / o.speaks:.0%}" if o.speaks else "-"
    right = f"{o.right / o.shown:.0%}" if o.shown else "-"
    return (
        f"| {o.covered}/{o.sets} | {o.low / o.sets:.0%} | {estimate} | {o.high / o.sets:.0%} | "
        f"{o.speaks}/{o.sets} | {o.shown / o.records:.1%} | {right} | {o.before / o.records:.1%} | "
        f"{o.after / o.records:.1%} |"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[200, 500, 2_000, 10_000])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--first_seed", type=int, default=FIRST_SEED)
    chosen = parser.parse_args()
    cases = [("none", 0.0), *itertools.product(("symmetric", "asymmetric"), (0.1, 0.2, 0.4))]
    print(
        "| features | n | noise | wrong | covered | at least | estimate | at most | suggests | "
        "shown | right | labels right | after |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for world, records, (kind, rate) in itertools.product(chosen.worlds, chosen.records, cases):
        outcomes = []
        for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
            rng = np.random.default_rng([seed, records])
            features, true = draw(WORLDS[world], records, rng)
            given = mislabel(true, rate, kind, rng)
            audit = audit_labels(given, features=features, classes=[str(c) for c in range(CLASSES)])
            outcomes.append(outcome(audit, true))
        print(f"| {world} | {records:,} | {kind} | {rate:.0%} {row(outcomes)}", flush=True)


if __name__ == "__main__":
    main()
