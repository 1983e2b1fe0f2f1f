"""Axes that the studies share, at three scales.

  ""     the paper's: its datasets, epochs and networks, five seeds
  cpu    FERPlus by configs/ferplus.py:cpu, two seeds; the same images, epochs and batch for all
  demo   the synthetic faces by configs/demo.py, one seed; how a study works, no evidence

A scale follows the file's name: `configs/studies/table1.py:cpu`.
"""

from collections.abc import Mapping, Sequence

from lanet_jax.errors import UserError
from lanet_jax.recipes import PUBLISHED
from lanet_jax.study.grid import Axis, Level

SCALES = ("", "cpu", "demo")
SEEDS = {"": (0, 1, 2, 3, 4), "cpu": (0, 1), "demo": (0,)}
SYMMETRIC, ASYMMETRIC = "symmetric", "asymmetric"

CLEAN = ("noise.kind=none",)
RAFDB = Level("rafdb", ("RAF-DB",), config="configs/rafdb.py")
AFFECTNET7 = Level("affectnet7", ("AffectNet (7 classes)",), config="configs/affectnet.py:classes7")
AFFECTNET8 = Level("affectnet8", ("AffectNet (8 classes)",), config="configs/affectnet.py")
FERPLUS = Level("ferplus", ("FERPlus",), config="configs/ferplus.py")
# LA-Net as published, as at the paper's scale: these two configs use trust.
_AS_PUBLISHED = ("loss.trust=0", "lde.decay=0.9")
FERPLUS_CPU = Level("ferplus", ("FERPlus",), _AS_PUBLISHED, "configs/ferplus.py:cpu")
DEMO = Level("demo", ("synthetic faces",), _AS_PUBLISHED, "configs/demo.py")

# What the preset `robust` sets: a level whose column names the config cannot name a preset.
MEMORY = ("lde.memory=4096", "lde.neighbors=32", "lde.neighbor_labels=observed")
ROBUST = (*MEMORY, "lde.sharpness=2.0", "lde.decay=0.7", "loss.trust=1.0")

# The dataset of the ablation and the sweeps.
_ONE = {"": RAFDB, "cpu": FERPLUS_CPU, "demo": DEMO}


def check(scale: str, scales: Sequence[str] = SCALES) -> str:
    """The scale itself, if a study has it.

    Raises:
      UserError: it has not.
    """
    if scale not in scales:
        known = ", ".join(f":{name}" for name in scales if name)
        raise UserError(f"study: no scale {scale!r}: leave it out for the paper's, or use {known}")
    return scale


def datasets(scale: str) -> Axis:
    """The paper's three datasets, or the scale's only one."""
    several = (RAFDB, FERPLUS, AFFECTNET8)
    return Axis(("Dataset",), several if check(scale) == "" else (_ONE[scale],))


def methods(scale: str) -> Axis:
    """The five methods; with a shared schedule each still has its published learning rate."""
    check(scale)
    levels = (
        Level("ce", ("Baseline (CE)",), ("method=ce",)),
        Level("scn", ("SCN",), ("method=scn",)),
        Level("rul", ("RUL",), ("method=rul", *_rates("rul"))),
        Level("eac", ("EAC",), ("method=eac", *_rates("eac"))),
        Level("lanet", ("LA-Net",), ("method=lanet",)),
    )
    return Axis(("Method",), levels)


def _rates(method: str) -> tuple[str, ...]:
    """A method's own rates, which a published schedule sets anyway and a shared one does not."""
    rates = PUBLISHED[method].items()
    return tuple(f"{field}={value}" for field, value in rates if field.endswith("learning_rate"))


def noise(kind: str, title: str, percents: Sequence[int] = (10, 20, 30)) -> Axis:
    """Shares of wrong labels, as rows."""
    return Axis((title,), tuple(Level(str(p), (f"{p}%",), noisy(p, kind)) for p in percents))


def noisy(percent: int, kind: str = SYMMETRIC) -> tuple[str, ...]:
    """The config fields for a percentage of wrong labels."""
    return (f"noise.kind={kind}", f"noise.rate={percent / 100:g}")


def one_dataset(scale: str, percents: Sequence[int]) -> Axis:
    """One dataset with its own labels (0%) and with wrong ones, as columns."""
    place = _ONE[check(scale)]
    (name,) = place.labels
    own = place.overrides
    levels = (
        Level(str(p), (f"{name}, {p}% noise",), (*own, *noisy(p)), place.config)
        if p
        else Level("clean", (f"{name}, original",), (*own, *CLEAN), place.config)
        for p in percents
    )
    return Axis(("Labels",), tuple(levels))


def sweep(name: str, field: str, values: Sequence[float], default: float) -> tuple[Level, ...]:
    """The values of one field, as rows; the default is the same run in every sweep of a study."""
    return tuple(
        Level("default", (name, f"{value:g}"))
        if value == default
        else Level(f"{name}-{value:g}", (name, f"{value:g}"), (f"{field}={value:g}",))
        for value in values
    )


def published(scale: str, numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The paper's numbers, except beside synthetic faces."""
    return {} if scale == "demo" else numbers


def noisy_column(config: str) -> Axis:
    """One column: a config with 30% symmetric noise."""
    return Axis(("Labels",), (Level("30", ("30% noise",), noisy(30), config),))
