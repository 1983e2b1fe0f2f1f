"""Choices that the paper leaves open, that can be read two ways, or that it tunes, one at a time.

  python -m lanet_jax.study configs/studies/choices.py --workdir=runs/choices       55 runs
  python -m lanet_jax.study configs/studies/choices.py:cpu --workdir=runs/choices   22 runs
  python -m lanet_jax.study configs/studies/choices.py:demo --workdir=runs/choices  11 runs

Figures 2 and 7 sweep single parameters finely; this shows which choices matter at all. The heat-map
head and the shared stem are those of the published code (docs/choices.md).
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study, quote

CHOICES = Axis(
    ("Choice", "Value"),
    (
        Level("default", ("LA-Net", "K 8, alpha 1, delta 0.7")),
        Level("ce", ("Baseline", "CE"), ("method=ce",)),
        Level("K-2", ("neighbours K", "2"), ("lde.neighbors=2",)),
        Level("K-16", ("neighbours K", "16"), ("lde.neighbors=16",)),
        Level("alpha-0.3", ("weight alpha", "0.3"), ("loss.alpha=0.3",)),
        Level("alpha-3", ("weight alpha", "3"), ("loss.alpha=3.0",)),
        Level("delta-0.5", ("threshold delta", "0.5"), ("el.threshold=0.5",)),
        Level("warmup-1", ("warm-up of the rate", "1 epoch"), ("optim.warmup=1.0",)),
        Level(
            "heatmap",
            ("landmark head", "heat maps"),
            ("landmarks.head=heatmap", "landmarks.frame=image"),
        ),
        Level("shared", ("landmark trunk", "shared stem"), ("landmarks.trunk=shared_stem",)),
        Level("projection-256", ("projection", "256"), ("el.projection=256",)),
    ),
)


def get_study(scale: str) -> Study:
    """One column: 30% symmetric noise."""
    return Study(
        title="Choices of LA-Net",
        rows=(CHOICES,),
        columns=axes.one_dataset(scale, (30,)),
        seeds=axes.SEEDS[scale],
        published=axes.published(scale, quote("30", {"default": "85.33", "ce": "75.50"})),
        source="paper, Table 2 (RAF-DB)",
        notes=("The paper's numbers: RAF-DB, 224 px, MS-Celeb weights.",),
    )
