"""Trainings that need a GPU: all of FERPlus at 112 px, from the face network.

  python -m benchmarks.card --out DIR --study --data_dir PREPARED
  python -m lanet_jax.study configs/studies/gpu.py --workdir=runs/gpu        6 runs

The most informative first: the plain baseline, then LA-Net with trust. All share augmentation and
schedule; the rate of RUL's head and the weight decay are those of the publications.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study

DECAY = "optim.weight_decay=0.0001"
METHODS = Axis(
    ("Method",),
    (
        Level("ce", ("CE",), ("method=ce",)),
        Level("trust", ("LA-Net with trust",), ("method=lanet", "loss.trust=1.0")),
        Level("lanet", ("LA-Net",), ("method=lanet",)),
        Level("eac", ("EAC",), ("method=eac", DECAY)),
        Level("rul", ("RUL",), ("method=rul", "optim.head_learning_rate=0.002", DECAY)),
        Level("scn", ("SCN",), ("method=scn", DECAY)),
    ),
)
COLUMN = Axis(
    ("Labels",),
    (Level("30", ("FERPlus, 30% noise",), axes.noisy(30), config="configs/ferplus.py:face"),),
)


def get_study(scale: str) -> Study:
    """One column: 30% symmetric noise."""
    axes.check(scale, ("",))
    return Study(
        title="Methods at 112 px from the pretrained face network, FERPlus valid",
        rows=(METHODS,),
        columns=COLUMN,
        seeds=(0,),
        overrides=(
            "augment.size=112",
            "optim.epochs=80",
            "precision=bfloat16",
            "data.threads=8",
        ),
    )
