"""Trust: how fast the bank forgets, how strongly labels are weighed, how classes are balanced.

  python -m lanet_jax.study configs/studies/trust.py --workdir=runs/trust       22 runs

On the demo's synthetic faces, where weak targets and a fast bank are easy to produce: a setting
below CE would show that trust confirms its own errors. For a part of it: --only='d0.8-*' --only=ce.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study


def _level(decay: float, trust: float, balance: float) -> Level:
    return Level(
        f"d{decay:g}-g{trust:g}" + f"-tau{balance:g}" * (trust > 0),
        (f"{decay:g}", f"{trust:g}", f"{balance:g}" if trust else ""),
        (f"lde.decay={decay}", f"loss.trust={trust}", f"loss.trust_balance={balance}"),
    )


_BELIEFS = ((0.0, 0.0), *((g, tau) for g in (1.0, 2.0) for tau in (0.0, 0.5, 1.0)))
SETTINGS = Axis(
    ("Decay", "Trust g", "Balance tau"),
    (
        Level("ce", ("CE", "", ""), ("method=ce",)),
        *(_level(decay, *belief) for decay in (0.9, 0.8, 0.7) for belief in _BELIEFS),
    ),
)


def get_study(scale: str) -> Study:
    """One column: 30% symmetric noise."""
    axes.check(scale, ("",))
    return Study(
        title="Trust on synthetic faces",
        rows=(SETTINGS,),
        columns=axes.noisy_column("configs/demo.py"),
        seeds=(0,),
    )
