"""Measures how time and memory of a step grow with B, Q, N and C, and of the sampler with N and C.

  python -m benchmarks.growth [--quick] [--out DIR]

One size is swept at a time. The networks are small on purpose (32 px, small stem, width 8), so
that they do not hide LDE and EL: these are not the times of a real step. Exits 1 if something grows
faster than the equations say; `--out` draws the curves.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime

if TYPE_CHECKING:
    from benchmarks.sweeps import Curve


def points(curves: "list[Curve]") -> list[tuple[str, ...]]:
    """Rows of a table: each value of an axis with all quantities measured there."""
    values = zip(*(curve.found for curve in curves), strict=True)
    return [
        (curves[0].axis, f"{value:,}", *(f"{y:.3g}" if y < 100 else f"{y:,.0f}" for y in found))
        for value, found in zip(curves[0].values, values, strict=True)
    ]


@exit_on_user_error
def main() -> None:
    """Prints every point, and the measured slopes beside those of the equations."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny; shows only that it runs")
    parser.add_argument("--out", type=Path, metavar="DIR", help="draw growth.png and growth.svg")
    parser.add_argument("--rounds", type=int, help="default 7, with --quick 2")
    options = parser.parse_args()
    rounds = options.rounds or (2 if options.quick else 7)
    runtime.start()
    from benchmarks import report, sweeps

    steps = [sweeps.step(axis, options.quick, rounds) for axis in sweeps.AXES]
    orders = sweeps.sampler(options.quick, rounds)
    base = sweeps.QUICK_BASE if options.quick else sweeps.BASE
    header = ("axis", "value", "step ms", "LDE + EL ms", "held MiB", "workspace MiB")
    fixed = [f"Fastest of {rounds}; memory as the compiler plans it. Around {base}."]
    report.show(header, [row for curves in steps for row in points(curves)], fixed)
    rows = [row for curves in orders for row in points(curves)]
    report.show(("axis", "value", "order of an epoch, ms", "peak MiB"), rows, [])
    every = [curve for curves in (*steps, *orders) for curve in curves]
    rows = [
        (
            curve.axis,
            f"{curve.name}, {curve.unit}",
            f"{curve.slope:.2f}",
            f"{curve.limit:.2f} + {sweeps.TOLERANCE[curve.unit]}",
            # Times of a quick run mean nothing, but the planned memory never varies.
            report.verdict(curve.met, options.quick and curve.unit == "ms"),
        )
        for curve in every
    ]
    note = "Slopes are log-log, between the two largest values of an axis."
    report.show(("axis", "quantity", "slope", "equations allow", ""), rows, [note])
    if options.out:
        from benchmarks import growth_figure
        from lanet_jax.figures import style

        figure = growth_figure.draw([*steps, *orders])
        print(*style.save(figure, options.out, "growth"), sep="\n")
    met = all(curve.met for curve in every if not (options.quick and curve.unit == "ms"))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
