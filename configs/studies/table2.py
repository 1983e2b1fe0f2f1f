"""Table 2: what each component of LA-Net adds.

  python -m lanet_jax.study configs/studies/table2.py --workdir=runs/table2       50 runs
  python -m lanet_jax.study configs/studies/table2.py:cpu --workdir=runs/table2   20 runs
  python -m lanet_jax.study configs/studies/table2.py:demo --workdir=runs/table2  10 runs

LD: label distributions from expression space; LM: from landmark space too; EL: contrastive loss;
PL: its pairs by pseudo-labels. All rows keep LA-Net's recipe; in the first, both losses are off and
the landmark network trains without affecting the other.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study, quote

YES, NO = "✓", "-"
COMPONENTS = Axis(
    ("LD", "LM", "EL", "PL"),
    (
        Level("baseline", (NO, NO, NO, NO), ("lde.spaces=none", "el.enabled=False")),
        Level("ld", (YES, NO, NO, NO), ("lde.spaces=expression", "el.enabled=False")),
        Level("ld-lm", (YES, YES, NO, NO), ("lde.spaces=both", "el.enabled=False")),
        Level("ld-lm-el", (YES, YES, YES, NO), ("el.enabled=True", "el.pair_labels=one_hot")),
        Level("ld-lm-el-pl", (YES, YES, YES, YES), ("el.enabled=True", "el.pair_labels=pseudo")),
    ),
)
PAPER = quote(
    "clean 30",
    {
        "baseline": "87.06 75.50",
        "ld": "88.43 79.17",
        "ld-lm": "89.04 82.37",
        "ld-lm-el": "90.48 83.21",
        "ld-lm-el-pl": "90.81 85.33",
    },
)


def get_study(scale: str) -> Study:
    """The grid components x noise."""
    return Study(
        title="Components of LA-Net",
        rows=(COMPONENTS,),
        columns=axes.one_dataset(scale, (0, 30)),
        seeds=axes.SEEDS[scale],
        overrides=("method=lanet",),
        published=axes.published(scale, PAPER),
        source="paper, Table 2 (RAF-DB)",
        notes=("The paper's numbers: RAF-DB, 224 px, MS-Celeb weights.",),
    )
