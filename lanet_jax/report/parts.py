"""The section that shows whether each part of LA-Net works."""

from lanet_jax.report import charts
from lanet_jax.report.charts import digits, percent
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Panel, Section
from lanet_jax.run import idle_parts

_SHARES = {
    "expression_share": "neighbours in expression space",
    "landmark_share": "neighbours in landmark space",
    "chance_share": "any two records",
    "landmark_chance_share": "any two records with landmarks",
}
_NAMES = {
    "expression_names": "expression space",
    "landmark_names": "landmark space",
    "target_names": "targets",
}
_ERRORS = {"landmark_error": "network", "landmark_error_mean_shape": "mean face"}
_TRUST = {"trust_right": "right labels", "trust_wrong": "wrong labels"}
_COUNTS = {
    "expression_effective_neighbors": "expression space",
    "landmark_effective_neighbors": "landmark space",
}
_IN_IMAGE = "distances of the eyes (of landmarks in no known order, in heights of the image)"
_PANELS = (
    ("Neighbours that share a record's label", _SHARES, percent),
    ("Records whose label is the likeliest class", _NAMES, percent),
    ("Landmark error", _ERRORS, digits),
    ("Trust in observed labels", _TRUST, percent),
    ("Targets sure enough for a pseudo-label", {"confident": "targets"}, percent),
    ("Effective number of neighbours", _COUNTS, digits),
)


def section(run: RunFiles) -> Section | None:
    """Charts of the rows of split "spaces", and a verdict; None without such rows."""
    rows = [row for row in run.rows if row["split"] == "spaces"]
    if not rows:
        return None
    hidden = set()
    if rows[-1].get("landmark_chance_share") == rows[-1].get("chance_share"):
        hidden.add("landmark_chance_share")  # all records have landmarks: the lines coincide
    panels = []
    for title, names, show in _PANELS:
        lines = [
            charts.Series(label, *run.curve("spaces", name), index)
            for index, (name, label) in enumerate(names.items())
            if name in rows[-1] and name not in hidden
        ]
        if lines:
            ends = tuple((line.index, f"{line.label} {show(line.y[-1])}") for line in lines)
            chart = charts.lines(lines, "epoch", show, title, True)
            panels.append(Panel(title, chart, ends))
    told = idle_parts.idle(run.rows)
    verdict = "; ".join(told) if told else "each part that is compared with chance does better"
    unit = _unit(run) if "landmark_error" in rows[-1] else ""
    note = (
        f"{verdict[0].upper()}{verdict[1:]}. Measured on {rows[-1]['records']} training records "
        f"without augmentation, against their {rows[-1]['labels']} labels{unit}. The "
        "effective number of neighbours is their number if all count alike, 1 if one alone counts."
    )
    return Section("Is each part doing its work?", note, panels=tuple(panels), wide=True)


def _unit(run: RunFiles) -> str:
    """What the landmark error is measured in."""
    framed = run.config["landmarks"]["frame"] == "face"
    unit = "standard deviations of the face's own frame" if framed else _IN_IMAGE
    return f"; the landmark error is in {unit}"
