"""Table 3: LA-Net on the datasets' own labels, ResNet-18 and ResNet-50.

  python -m lanet_jax.study configs/studies/table3.py --workdir=runs/table3       40 runs
  python -m lanet_jax.study configs/studies/table3.py:cpu --workdir=runs/table3   4 runs
  python -m lanet_jax.study configs/studies/table3.py:demo --workdir=runs/table3  2 runs

Each network needs its own pretrained weights, so run them separately: --only=r18
--config.model.pretrained=FILE18, then --only=r50 --config.model.pretrained=FILE50.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study, quote

OTHERS = ("RAN", "SCN", "DACL", "KTN", "FDRL", "ARM", "DMUE", "EAC", "LDLVA", "TransFER")
METHODS = Axis(
    ("Method",),
    (
        *(Level(name.lower(), (name,), quoted=True) for name in OTHERS),
        Level("r18", ("LA-Net (ResNet-18)",), ("model.depth=18",)),
        Level("r50", ("LA-Net (ResNet-50)",), ("model.depth=50",)),
    ),
)
PAPER = quote(
    "rafdb affectnet7 affectnet8 ferplus",
    {
        "ran": "86.90 - 59.50 89.16",
        "scn": "87.03 - 60.23 89.39",
        "dacl": "87.78 65.20 - -",
        "ktn": "88.07 63.97 - 90.49",
        "fdrl": "89.47 - - -",
        "arm": "90.42 65.20 61.33 -",
        "dmue": "88.76 - 62.84 88.64",
        "eac": "89.99 65.32 - 89.64",
        "ldlva": "90.51 66.23 - -",
        "transfer": "90.91 66.23 - 90.83",
        "r18": "90.81 67.09 64.24 91.39",
        "r50": "91.56 67.60 64.54 91.78",
    },
)
SEVERAL = (axes.RAFDB, axes.AFFECTNET7, axes.AFFECTNET8, axes.FERPLUS)


def get_study(scale: str) -> Study:
    """The grid depth x dataset."""
    columns = axes.datasets(scale) if scale else Axis(("Dataset",), SEVERAL)
    return Study(
        title="Original labels",
        rows=(METHODS,),
        columns=columns,
        seeds=axes.SEEDS[scale],
        overrides=("method=lanet", *axes.CLEAN),
        published=axes.published(scale, PAPER),
        source="paper, Table 3",
        notes=("The paper's numbers: 224 px, pretrained weights, all images.",),
    )
