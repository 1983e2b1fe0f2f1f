"""Compares several runs in one table."""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax import metrics
from lanet_jax.report import splits_of_runs
from lanet_jax.report.charts import percent, thousandths
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.run_sections import fields
from lanet_jax.report.section import Section, Table

_DATA = "data"  # a column only where the runs' test sets differ
_HEADER = (
    *("run", "method", _DATA, "schedule", "labels", "epochs", "tested on"),
    *("final", "last 5", "best", "mean class", "wrong fitted", "AUROC"),
)
_ORACLE = (
    "* oracle: the best epoch was chosen on the evaluated split itself: a bound, not a result."
)


def names(folders: Sequence[Path]) -> list[str]:
    """A short name for each run: its folder's, with as many parents as it takes to be unique."""
    paths = [folder.absolute().parts for folder in folders]
    short = [""] * len(paths)
    for length in range(1, max(map(len, paths)) + 1):
        short = ["/".join(parts[-length:]) for parts in paths]
        if len(set(short)) == len(short):
            break
    return short


def table(runs: list[RunFiles]) -> Table:
    """The comparison: a row for each run and evaluated split."""
    rows = []
    differ = splits_of_runs.differ(runs)
    for run, name, named in zip(runs, _names(runs), splits_of_runs.names(runs), strict=True):
        summary = run.summary
        labels = summary.pop("labels", {})
        fitted = percent(labels["wrong_fitted"]) if "wrong_fitted" in labels else ""
        auroc = thousandths(labels["auroc"]) if "auroc" in labels else ""
        done, wanted = run.epochs
        epochs = str(done) if done >= wanted else f"{done} of {wanted}"
        trained = (run.data,) if differ else ()
        what = (name, run.method, *trained, run.config["schedule"], run.noise, epochs)
        for split, values in summary.items():
            records, error = values.get("records"), values.get("mean_class_error")
            best = _told(values["best"] if "best" in values else values["oracle"], records)
            best += "" if "best" in values else "*"
            final, last5 = (_told(values[key], records) for key in ("final", "last5"))
            mean = percent(values["final_mean_class"])
            mean += "" if error is None else f" (\u00b1\u00a0{percent(error)})"
            if done < wanted:
                final += " so far"
            rows.append((*what, named[split], final, last5, best, mean, fitted, auroc))
        if not summary:
            rows.append((*what, "not yet", "", "", "", "", fitted, auroc))
    return Table(tuple(title for title in _HEADER if differ or title != _DATA), tuple(rows))


def sections(runs: list[RunFiles]) -> list[Section]:
    """The comparison, and the fields of the configs that differ."""
    compared = table(runs)
    found = [Section("Comparison", _note(compared), table=compared)]
    flat = [dict(fields(run.config)) for run in runs]
    keys = dict.fromkeys(key for one in flat for key in one)
    values = {key: tuple(one.get(key, "(absent)") for one in flat) for key in keys}
    rows = tuple((key, *row) for key, row in values.items() if len(set(row)) > 1)
    if rows:
        header = ("field", *_names(runs))
        found.append(Section("What differs", "Fields of the config.", table=Table(header, rows)))
    return found


def text(compared: Table) -> str:
    """The table as plain text."""
    rows = (compared.header, *compared.rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line for line in (*lines, _note(compared)) if line)


def _told(share: float, records: int | None) -> str:
    """An accuracy and, where it is known on how many records, its 95% interval."""
    if not records:
        return percent(share)
    return f"{percent(share)} ({metrics.interval(share, records)})"


def _names(runs: list[RunFiles]) -> list[str]:
    return names([run.folder for run in runs])


def _note(compared: Table) -> str:
    best = compared.header.index("best")
    return _ORACLE if any(row[best].endswith("*") for row in compared.rows) else ""
