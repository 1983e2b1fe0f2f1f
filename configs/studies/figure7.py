"""Figure 7 and appendix B: threshold delta, weights alpha and beta; temperature tau, decay omega.

  python -m lanet_jax.study configs/studies/figure7.py --workdir=runs/figure7       315 runs
  python -m lanet_jax.study configs/studies/figure7.py:cpu --workdir=runs/figure7   126 runs
  python -m lanet_jax.study configs/studies/figure7.py:demo --workdir=runs/figure7  63 runs

Only one parameter: --only='delta-*' --only=default; one noise level: --only='*/30/*'. The paper
prints the values it tried of tau and omega; those of the others are drawn, and chosen here. Its
numbers at the defaults are Table 1's.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Study, quote

SWEEPS = Axis(
    ("Parameter", "Value"),
    (
        *axes.sweep("delta", "el.threshold", (0.5, 0.6, 0.7, 0.8, 0.9), default=0.7),
        *axes.sweep("alpha", "loss.alpha", (0.1, 0.5, 1.0, 1.5, 2.0), default=1.0),
        *axes.sweep("beta", "loss.beta", (0.01, 0.05, 0.1, 0.2, 0.5), default=0.1),
        *axes.sweep("tau", "el.temperature", (0.05, 0.07, 0.1, 0.15, 0.2), default=0.1),
        *axes.sweep("omega", "lde.decay", (0.8, 0.85, 0.9, 0.95, 0.99), default=0.9),
    ),
)
PAPER = quote("10 20 30", {"default": "88.75±0.11 87.12±0.16 85.33±0.18"})


def get_study(scale: str) -> Study:
    """The grid parameter values x noise."""
    return Study(
        title="Parameters of LA-Net",
        rows=(SWEEPS,),
        columns=axes.one_dataset(scale, (10, 20, 30)),
        seeds=axes.SEEDS[scale],
        overrides=("method=lanet",),
        published=axes.published(scale, PAPER),
        source="paper, Table 1 (RAF-DB)",
        grouped=True,
        notes=("The paper's numbers: RAF-DB, 224 px, MS-Celeb weights.",),
    )
