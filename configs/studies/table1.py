"""Table 1: five methods under symmetric noise.

  python -m lanet_jax.study configs/studies/table1.py --workdir=runs/table1       225 runs
  python -m lanet_jax.study configs/studies/table1.py:cpu --workdir=runs/table1   30 runs
  python -m lanet_jax.study configs/studies/table1.py:demo --workdir=runs/table1  15 runs

A part of it: --only='30/*/seed0'. Pretrained weights: --config.model.pretrained=FILE. The paper
quotes SCN, RUL and EAC from their own papers, each with its recipe.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Study, quote

PAPER = quote(
    "rafdb ferplus affectnet8",
    {
        "10/ce": "81.01 83.29 57.24",
        "10/scn": "82.18 84.28 58.58",
        "10/rul": "86.17 86.93 60.54",
        "10/eac": "88.02 87.03 61.11",
        "10/lanet": "88.75±0.11 88.02±0.08 62.85±0.13",
        "20/ce": "77.98 82.34 55.89",
        "20/scn": "80.10 83.17 57.25",
        "20/rul": "84.32 85.05 59.01",
        "20/eac": "86.05 86.07 60.29",
        "20/lanet": "87.12±0.16 86.85±0.14 61.72±0.21",
        "30/ce": "75.50 79.77 52.16",
        "30/scn": "77.46 82.47 55.05",
        "30/rul": "82.06 83.90 56.93",
        "30/eac": "84.42 85.44 58.91",
        "30/lanet": "85.33±0.18 86.01±0.19 60.82±0.21",
    },
)


def get_study(scale: str) -> Study:
    """The grid noise x method x dataset."""
    return Study(
        title="Symmetric label noise",
        rows=(axes.noise(axes.SYMMETRIC, "Noise"), axes.methods(scale)),
        columns=axes.datasets(scale),
        seeds=axes.SEEDS[scale],
        published=axes.published(scale, PAPER),
        source="paper, Table 1",
        grouped=True,
        notes=("The paper's numbers: 224 px, MS-Celeb weights, all images.",),
    )
