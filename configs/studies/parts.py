"""What each part of LA-Net adds from the face network: FERPlus, 10,000 images, 30% symmetric.

  python -m lanet_jax.study configs/studies/parts.py --workdir=runs/parts

The rows of the paper's Table 2, those of this project (geometry, trust, memory), and choices
changed one at a time from LA-Net with trust.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study

_NO_EL, _TRUST = "el.enabled=False", "loss.trust=1.0"
PARTS = Axis(
    ("Part", "Value"),
    (
        Level("ce", ("none", "CE"), ("method=ce",)),
        Level("expression", ("LDE", "expression space"), ("lde.spaces=expression", _NO_EL)),
        Level("features", ("LDE", "and landmark features"), (_NO_EL,)),
        Level("geometry", ("LDE", "and geometry"), ("lde.landmark_space=geometry", _NO_EL)),
        Level("el-one-hot", ("EL", "one-hot pairs"), ("el.pair_labels=one_hot",)),
        Level("el", ("EL", "pseudo-label pairs"), ()),
        Level("trust", ("trust", "g 1"), (_TRUST,)),
        Level(
            "expression-trust",
            ("trust", "g 1, expression space only, no EL"),
            ("lde.spaces=expression", _NO_EL, _TRUST),
        ),
        Level(
            "geometry-trust",
            ("trust", "g 1, geometry as second space, no EL"),
            ("lde.landmark_space=geometry", _NO_EL, _TRUST),
        ),
        *(
            Level(f"trust-{g:g}", ("trust", f"g {g:g}"), (f"loss.trust={g}",))
            for g in (0.5, 2.0, 3.0)
        ),
        *(
            Level(f"K-{k}", ("neighbours K, with trust", str(k)), (f"lde.neighbors={k}", _TRUST))
            for k in (2, 16)
        ),
        Level("decay", ("decay of the bank, with trust", "0.7"), ("lde.decay=0.7", _TRUST)),
        Level("memory", ("observed labels of 4,096, with trust", "K 32"), (*axes.MEMORY, _TRUST)),
        Level(
            "memory-decay",
            ("observed labels of 4,096, with trust", "K 32, decay 0.7"),
            (*axes.MEMORY, "lde.decay=0.7", _TRUST),
        ),
        Level(
            "robust",
            ("observed labels of 4,096, with trust", "K 32, sharpened, decay 0.7"),
            axes.ROBUST,
        ),
        *(
            Level(f"alpha-{a:g}", ("alpha, with trust", f"{a:g}"), (f"loss.alpha={a}", _TRUST))
            for a in (0.3, 3.0)
        ),
        Level("frozen-0", ("frozen stages, with trust", "0"), ("model.frozen_stages=0", _TRUST)),
        Level("frozen-1", ("frozen stages, with trust", "1"), ("model.frozen_stages=1", _TRUST)),
        Level("rate-1e-4", ("rate, with trust", "1e-4"), ("optim.learning_rate=1e-4", _TRUST)),
        Level("rate-5e-4", ("rate, with trust", "5e-4"), ("optim.learning_rate=5e-4", _TRUST)),
    ),
)


def get_study(scale: str) -> Study:
    """One column: 30% symmetric noise."""
    axes.check(scale, ("",))
    return Study(
        title="Parts of LA-Net from the pretrained face network, FERPlus valid",
        rows=(PARTS,),
        columns=axes.noisy_column("configs/ferplus.py:cpu,face"),
        seeds=(0, 1, 2),
        overrides=("method=lanet", "loss.trust=0.0"),
    )
