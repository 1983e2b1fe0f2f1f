"""Table 4: trained on RAF-DB and AffectNet together, whose labels are inconsistent.

  python -m lanet_jax.study configs/studies/table4.py --workdir=runs/table4      5 runs
  python -m lanet_jax.study configs/studies/table4.py:cpu --workdir=runs/table4  2 runs

Each run is evaluated on both datasets. `:cpu` has the size and length of configs/ferplus.py:cpu;
there is no `:demo`, as it would have only one dataset.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study, quote

OTHERS = ("AIR", "NAL", "IPA2LT", "LDL-ALSG", "LDLVA")
METHODS = Axis(
    ("Method",),
    (
        *(Level(name.lower(), (name,), quoted=True) for name in OTHERS),
        Level("lanet", ("LA-Net",), ("method=lanet",)),
    ),
)
SPLITS = (("test-rafdb", "RAF-DB"), ("valid-affectnet-7classes", "AffectNet (7 classes)"))
PAPER = quote(
    "mixed/test-rafdb mixed/valid-affectnet-7classes",
    {
        "air": "67.37 54.23",
        "nal": "84.22 55.97",
        "ipa2lt": "83.80 57.85",
        "ldl-alsg": "85.53 59.35",
        "ldlva": "87.26 62.89",
        "lanet": "88.10 65.43",
    },
)


def get_study(scale: str) -> Study:
    """One training, two test sets."""
    configs = {"": "configs/mixed.py", "cpu": "configs/mixed.py:cpu"}
    config = configs[axes.check(scale, tuple(configs))]
    mixed = Level("mixed", ("RAF-DB + AffectNet",), config=config, splits=SPLITS)
    return Study(
        title="Inconsistent labels: trained on RAF-DB and AffectNet",
        rows=(METHODS,),
        columns=Axis(("Tested on",), (mixed,)),
        seeds=axes.SEEDS[scale],
        overrides=axes.CLEAN,
        published=PAPER,
        source="paper, Table 4",
        notes=("The paper's numbers: 224 px, MS-Celeb weights, all images.",),
    )
