"""Methods that start from dlib's face network, on FERPlus with wrong labels.

  python -m lanet_jax.study configs/studies/faces.py --workdir=runs/faces

10,000 images and all of them, by configs/ferplus.py:cpu,face, evaluated on the valid split. For a
part of it: --only='symmetric-30/same/*/some/seed0'. Each method runs with the same augmentation
(same) and with that of SCN's, RUL's and EAC's published code (published): heavier erasing and
noise, no crop and no colour jitter. EAC's code never mirrors the image that it classifies, which
has rows of its own.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Axis, Level, Study

NOISE = Axis(
    ("Noise",),
    tuple(
        Level(f"{kind}-{percent}", (f"{percent}% {kind}",), axes.noisy(percent, kind))
        for kind, percent in (
            (axes.SYMMETRIC, 30),
            (axes.ASYMMETRIC, 30),
            (axes.SYMMETRIC, 20),
            (axes.SYMMETRIC, 10),
        )
    ),
)
AUGMENTATION = Axis(
    ("Augmentation",),
    (
        Level("same", ("same",)),
        Level(
            "published",
            ("published",),
            (
                "augment.erase_prob=0.5",
                "augment.erase_scale=(0.02, 0.25)",
                "augment.noise_prob=0.5",
                "augment.crop_scale=(1.0, 1.0)",
                "augment.crop_ratio=(1.0, 1.0)",
                "augment.jitter=(0.0, 0.0, 0.0)",
            ),
        ),
    ),
)
DECAY = "optim.weight_decay=0.0001"  # of the baselines' publications; CE, like LA-Net, has none
METHODS = Axis(
    ("Method",),
    (
        Level("ce", ("CE",), ("method=ce",)),
        Level("scn", ("SCN",), ("method=scn", DECAY)),
        Level("rul", ("RUL",), ("method=rul", "optim.head_learning_rate=0.002", DECAY)),
        Level("eac", ("EAC",), ("method=eac", DECAY)),
        Level(
            "eac-unmirrored", ("EAC, never mirrored",), ("method=eac", DECAY, "augment.flip=0.0")
        ),
        Level("lanet", ("LA-Net",), ("method=lanet", "loss.trust=0.0")),
        Level("trust", ("LA-Net with trust",), ("method=lanet", "loss.trust=1.0")),
        Level("robust", ("LA-Net, preset robust",), ("method=lanet", *axes.ROBUST)),
    ),
)
IMAGES = Axis(
    ("Images",),
    (
        Level("some", ("10,000 images",), config="configs/ferplus.py:cpu,face"),
        Level("all", ("28,556 images",), ("data.limit=0",), config="configs/ferplus.py:cpu,face"),
    ),
)


def get_study(scale: str) -> Study:
    """The grid noise x augmentation x method, in two sizes."""
    axes.check(scale, ("",))
    return Study(
        title="Methods from the pretrained face network, FERPlus valid",
        rows=(NOISE, AUGMENTATION, METHODS),
        columns=IMAGES,
        seeds=(0, 1, 2),
        grouped=True,
    )
