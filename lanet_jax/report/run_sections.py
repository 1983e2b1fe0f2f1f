"""Builds the sections about one run; a section is None if its files are absent."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from flax.traverse_util import flatten_dict

from lanet_jax import metrics
from lanet_jax.command_line.words import counted
from lanet_jax.report import charts, result_files, splits_of_runs, training_terms
from lanet_jax.report.charts import digits, percent, thousandths
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Panel, Section, Table, Tile
from lanet_jax.report.training_terms import TERMS, Term
from lanet_jax.run.summary import HOLDOUT
from lanet_jax.run.values import told


def numbers(run: RunFiles) -> Section | None:
    """The main results of the run."""
    summary = run.summary
    if not summary:
        return None
    epoch_of = {row["step"]: row["epoch"] for row in run.rows}
    splits = {name: values for name, values in summary.items() if name != "labels"}
    done, wanted = run.epochs
    ended = done >= wanted
    so_far = "" if ended else f", unfinished: {done} of {counted(wanted, 'epoch')}"
    tiles = []
    for split, values in splits.items():
        on = f"on {split}"
        best, chosen_on = ("oracle", split) if "oracle" in values else ("best", HOLDOUT)
        when = f"at epoch {epoch_of[values['best_step']]:g}, the best on {chosen_on}"
        tiles += [
            _tile("Final accuracy" if ended else "Accuracy so far", values, "final", on + so_far),
            _tile(
                "Last 5 epochs" if done >= 5 else "All epochs",
                values,
                "last5",
                f"mean accuracy {on}",
            ),
            _tile(best.capitalize(), values, best, f"accuracy {on} {when}"),
            _mean_class(values, on + so_far),
        ]
    labels = summary.get("labels", {})
    if "wrong_fitted" in labels:
        note = "share of the wrong training labels that the model repeats; lower is better"
        tiles.append(Tile("Wrong labels fitted", percent(labels["wrong_fitted"]), note))
    if "auroc" in labels:
        note = "of finding the wrong labels; 0.5 is chance"
        tiles.append(Tile("AUROC", thousandths(labels["auroc"]), note))
    oracle = any("oracle" in values for values in splits.values())
    note = "Oracle is the best epoch chosen on the evaluated split itself: a bound, not a result."
    return Section("Results", note if oracle else "", tiles=tuple(tiles))


def _tile(label: str, values: dict[str, Any], key: str, note: str) -> Tile:
    interval = charts.interval(values[key], values.get("records"))
    return Tile(label, percent(values[key]), "; ".join(filter(None, (note, interval))))


def _mean_class(values: dict[str, Any], note: str) -> Tile:
    share, error = values["final_mean_class"], values.get("mean_class_error")
    if error is not None:
        ends = percent(max(0, share - error)), percent(min(1, share + error))
        note += "; 95% interval {} to {}".format(*ends)
    return Tile("Mean-class accuracy", percent(share), note)


def confusions(run: RunFiles) -> Section | None:
    """Confusion matrix and recall of every evaluated split."""
    panels = []
    for one in result_files.evaluated(run.folder):
        totals = one.confusion.sum(axis=1)
        recall = [
            (name, hits / total, f"{hits} of {total} {name}")
            for name, hits, total in zip(one.classes, np.diag(one.confusion), totals, strict=True)
            if total
        ]
        at = f"{one.split}, step {one.numbers['step']}" if "step" in one.numbers else one.split
        title = f"Confusion, {at}"
        panels.append(Panel(title, charts.heatmap(one.confusion, one.classes, title)))
        title = f"Recall by class, {at}"
        panels.append(Panel(title, charts.bars(recall, title)))
    note = (
        "Rows are true classes, columns predictions, in percent of the row. The diagonal is the "
        "recall; point at a cell for its count."
    )
    return Section("Classes", note, panels=tuple(panels), wide=True) if panels else None


def calibrations(run: RunFiles) -> Section | None:
    """Accuracy over confidence of every evaluated split."""
    panels = []
    for one in result_files.evaluated(run.folder):
        bins = [
            (b["from"], b["to"], b["accuracy"], _of_bin(b["records"], b)) for b in one.calibration
        ]
        if bins:
            title = f"Accuracy by confidence, {one.split}"
            error = one.numbers.get("calibration_error")
            values = () if error is None else ((0, f"error {error:.3f}"),)
            panels.append(Panel(title, charts.reliability(bins, title), values))
    note = "Bars on the dashed diagonal are calibrated; below it the model is too sure of itself."
    return Section("Calibration", note, panels=tuple(panels), wide=True) if panels else None


def label_noise(run: RunFiles) -> Section | None:
    """How far the estimated distributions differ from the observed labels, right and wrong ones."""
    found = result_files.distributions(run.folder)
    if found is None or not len(found.given):
        return None
    suspicion = metrics.suspicion(found.targets, found.given)
    groups = [("observed labels", suspicion)]
    if found.wrong is not None:
        parts = (("right labels", ~found.wrong), ("wrong labels", found.wrong))
        groups = [(name, suspicion[own]) for name, own in parts if own.any()]
    axis = "1 - target[given]"
    title = "Share of the records by 1 - target[given]"
    panel = Panel(title, charts.histogram(groups, 40, axis, title))
    legend = tuple(f"{name} ({len(values)})" for name, values in groups)
    note = (
        "The estimated label distribution of a training record puts target[given] on its observed "
        "label. The further right, the more this run suspects the record; `lanet audit` judges "
        "what such a suspicion is worth."
    )
    return Section("Which labels are suspected", note, legend=legend, panels=(panel,), wide=True)


def config(run: RunFiles) -> Section:
    """Every field of the run's config."""
    rows = tuple(fields(run.config))
    return Section("Config", table=Table(("field", "value"), rows), folded=True)


def curves(runs: list[RunFiles], labels: list[str]) -> list[Section | None]:
    """Draws metrics over the epochs, with all runs of one test set in the same axes.

    Args:
      runs: one or more runs.
      labels: names of the runs.

    Returns:
      A section about the evaluated splits, and one about training.
    """
    # Each test set's name, with what each run's log calls it; None if the run is not tested on it.
    own = [{name: split for split, name in named.items()} for named in splits_of_runs.names(runs)]
    tested = {
        name: [one.get(name) for one in own] for name in sorted({n for one in own for n in one})
    }
    evaluated: list[_Curves] = [
        _Curves(f"{title}, {test}", splits, name, percent)
        for test, splits in tested.items()
        for title, name in (
            ("Accuracy", "accuracy"),
            ("Mean-class accuracy", "mean_class_accuracy"),
        )
    ]
    labelled = ["labels"] * len(runs)
    evaluated.append(_Curves("Wrong labels fitted", labelled, "wrong_fitted", percent))
    evaluated.append(_Curves("AUROC of finding wrong labels", labelled, "auroc", thousandths))
    present = {name for run in runs for row in run.rows if row["split"] == "train" for name in row}
    rest = sorted(present - set(TERMS) - {"step", "epoch", "split"})
    terms = {**TERMS, **{name: Term(name) for name in rest}}
    training = [
        _Curves(term.title, ["train"] * len(runs), name, percent if term.share else digits)
        for name, term in terms.items()
        if name in present
    ]
    legend = tuple(labels) if len(runs) > 1 else ()
    return [
        _curves("Over the epochs", "", evaluated, runs, labels, legend, tested=True),
        _curves("Training", training_terms.note(present), training, runs, labels, legend),
    ]


def fields(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the fields of a nested config as dotted names and texts, outermost first."""
    flat = flatten_dict(tree)
    for path in sorted(flat, key=lambda path: (len(path), path)):
        yield ".".join(path), told(flat[path])


_POINTS = 60  # most points of a line; more are averaged
_TOLD = 3  # runs whose final values stand above a chart; of more, colours alone tell little


class _Curves(NamedTuple):
    """What one panel draws: for each run the metric `key` of a split, if it has that."""

    title: str
    splits: Sequence[str | None]
    key: str
    show: charts.Format


def _curves(
    title: str,
    note: str,
    panels: Sequence[_Curves],
    runs: list[RunFiles],
    labels: list[str],
    legend: tuple[str, ...],
    tested: bool = False,
) -> Section | None:
    drawn = []
    for name, splits, key, show in panels:
        series = []
        for index, (run, label, split) in enumerate(zip(runs, labels, splits, strict=True)):
            x, y = _thin(*run.curve(split, key)) if split else ([], [])
            if x:
                series.append(charts.Series(label, x, y, index))
        if series:
            told = tested and len(runs) <= _TOLD
            ends = [(one.index, show(one.y[-1])) for one in series if told]
            chart = charts.lines(series, "epoch", show, name, tested)
            drawn.append(Panel(name, chart, tuple(ends)))
    if not drawn:
        return None
    return Section(title, note, legend=legend, panels=tuple(drawn), wide=tested)


def _thin(x: list[float], y: list[float]) -> tuple[list[float], list[float]]:
    parts = np.array_split(np.arange(len(x)), min(len(x), _POINTS) or 1)
    xs, ys = ([float(np.mean(np.array(v)[part])) for part in parts if len(part)] for v in (x, y))
    return xs, ys


def _of_bin(records: float, b: dict[str, float]) -> str:
    return (
        f"confidence {b['from']:.2f} to {b['to']:.2f}: accuracy {b['accuracy']:.1%}, mean "
        f"confidence {b['confidence']:.1%}, {records:g} records"
    )
