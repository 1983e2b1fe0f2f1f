"""Figure 2: the number of neighbours K in each space.

  python -m lanet_jax.study configs/studies/figure2.py --workdir=runs/figure2       50 runs
  python -m lanet_jax.study configs/studies/figure2.py:cpu --workdir=runs/figure2   20 runs
  python -m lanet_jax.study configs/studies/figure2.py:demo --workdir=runs/figure2  10 runs

The paper draws its numbers and prints only those of K = 8 (Table 2). It says: best at 12 on the
original labels and at 8 on the noisy ones, slightly worse on either side.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Study, quote

K = axes.sweep("K", "lde.neighbors", (4, 8, 12, 16, 20), default=8)
PAPER = quote("clean 30", {"default": "90.81 85.33"})


def get_study(scale: str) -> Study:
    """The grid K x noise."""
    return Study(
        title="Number of neighbours K",
        rows=(Axis(("Parameter", "Value"), K),),
        columns=axes.one_dataset(scale, (0, 30)),
        seeds=axes.SEEDS[scale],
        overrides=("method=lanet",),
        published=axes.published(scale, PAPER),
        source="paper, Table 2 (RAF-DB)",
        notes=("The paper's numbers: RAF-DB, 224 px, MS-Celeb weights; best K 12 and 8.",),
    )
