"""Sections with the metrics of a study's runs over the epochs."""

from collections.abc import Iterable, Iterator

import numpy as np

from lanet_jax.report import charts
from lanet_jax.report.charts import percent, thousandths
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Panel, Section
from lanet_jax.study.chart_groups import Place

_MEASURED = (
    ("accuracy, {}", "accuracy", percent),
    ("wrong labels fitted", "wrong_fitted", percent),
    ("AUROC of finding wrong labels", "auroc", thousandths),
)


def sections(places: Iterable[Place]) -> Iterator[Section]:
    """A line for each row of the table, the mean over seeds, for each place with finished runs."""
    for place in places:
        panels = []
        for measured, field, show in _MEASURED:
            series = []
            for i, (name, runs) in enumerate(place.lines):
                x, y = _mean_curve(runs, place.split, field)
                if x:
                    series.append(charts.Series(name, x, y, i))
            if series:
                what = measured.format(place.title)
                ends = tuple((one.index, show(one.y[-1])) for one in series)
                panels.append(Panel(what, charts.lines(series, "epoch", show, what, True), ends))
        if panels:
            legend = tuple(name for name, _ in place.lines)
            heading = f"Over the epochs: {place.title}"
            yield Section(heading, legend=legend, panels=tuple(panels), wide=True)


def _mean_curve(runs: list[RunFiles], split: str, field: str) -> tuple[list[float], list[float]]:
    """The epochs that all runs have, and the mean of the runs there."""
    found = []
    for run in runs:
        own = (split or run.judged_on[0]) if field == "accuracy" else "labels"
        found.append(dict(zip(*run.curve(own, field), strict=True)))
    shared = sorted(set.intersection(*map(set, found))) if found else []
    return shared, [float(np.mean([one[epoch] for one in found])) for epoch in shared]
