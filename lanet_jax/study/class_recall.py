"""Sections with the recall and the confusions of a study's runs by class."""

from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float

from lanet_jax.report import charts, result_files
from lanet_jax.report.charts import percent
from lanet_jax.report.result_files import Evaluated
from lanet_jax.report.section import Panel, Section, Table
from lanet_jax.study.chart_groups import Place

_NOTE = (
    "Recall, the mean over the seeds of a row; a dash is a class that the split lacks. In the "
    "matrices, over all seeds together, rows are true classes and columns predictions, in percent "
    "of the row."
)


def sections(places: Iterable[Place]) -> Iterator[Section]:
    """Recall and confusion of each row of the table, for each place with finished runs."""
    for place in places:
        lines, panels, classes = [], [], []
        for name, runs in place.lines:
            found = [
                one
                for run in runs
                for one in result_files.evaluated(run.folder)
                if one.split == (place.split or run.judged_on[0])
            ]
            if found:
                classes = found[0].classes
                lines.append((name, *("-" if np.isnan(r) else percent(r) for r in _recall(found))))
                title = f"Confusion, {name}" if name else "Confusion"
                counts = np.sum([one.confusion for one in found], axis=0)
                panels.append(Panel(title, charts.heatmap(counts, classes, title)))
        if panels:
            table = Table(("", *classes), tuple(lines))
            heading = f"By class: {place.title}"
            yield Section(heading, _NOTE, panels=tuple(panels), wide=True, table=table)


def _recall(found: list[Evaluated]) -> Float[np.ndarray, " C"]:
    """Mean over the runs; nan for a class without records."""
    totals = np.array([one.confusion.sum(axis=1) for one in found])
    hits = np.array([np.diag(one.confusion) for one in found])
    shares = np.divide(hits, totals, out=np.full(totals.shape, np.nan), where=totals > 0)
    return shares.mean(axis=0)
