"""Table 5: five methods under asymmetric noise, each wrong label in the most similar class.

  python -m lanet_jax.study configs/studies/table5.py --workdir=runs/table5       225 runs
  python -m lanet_jax.study configs/studies/table5.py:cpu --workdir=runs/table5   30 runs
  python -m lanet_jax.study configs/studies/table5.py:demo --workdir=runs/table5  15 runs

The paper ran SCN, RUL and EAC itself for this table. For pretrained weights or a part of the study,
see table1.py.
"""

from lanet_jax.study import axes
from lanet_jax.study.grid import Study, quote

PAPER = quote(
    "rafdb ferplus affectnet8",
    {
        "10/ce": "80.93±0.49 82.98±0.09 57.05±0.26",
        "10/scn": "81.55±0.28 83.02±0.16 58.49±0.33",
        "10/rul": "85.53±0.32 85.12±0.29 60.09±0.10",
        "10/eac": "87.44±0.18 86.11±0.14 61.03±0.15",
        "10/lanet": "88.53±0.20 87.21±0.12 62.45±0.17",
        "20/ce": "75.62±0.39 80.97±0.27 55.91±0.19",
        "20/scn": "79.53±0.42 82.03±0.09 57.03±0.09",
        "20/rul": "83.55±0.29 83.76±0.14 58.45±0.21",
        "20/eac": "85.09±0.31 84.61±0.28 59.85±0.29",
        "20/lanet": "86.31±0.21 85.44±0.17 61.58±0.18",
        "30/ce": "70.38±0.62 76.09±0.29 50.84±0.30",
        "30/scn": "74.29±0.39 80.27±0.17 54.56±0.21",
        "30/rul": "78.78±0.44 80.99±0.14 56.08±0.11",
        "30/eac": "79.62±0.18 82.09±0.11 58.50±0.19",
        "30/lanet": "81.03±0.24 83.62±0.16 60.19±0.22",
    },
)


def get_study(scale: str) -> Study:
    """The grid noise x method x dataset."""
    return Study(
        title="Asymmetric label noise",
        rows=(axes.noise(axes.ASYMMETRIC, "Asymmetric noise"), axes.methods(scale)),
        columns=axes.datasets(scale),
        seeds=axes.SEEDS[scale],
        published=axes.published(scale, PAPER),
        source="paper, Table 5",
        grouped=True,
        notes=("The paper's numbers: 224 px, MS-Celeb weights, all images.",),
    )
