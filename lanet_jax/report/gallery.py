"""Sections of a page with what `lanet figures` and `lanet agreement` wrote into a folder."""

import base64
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.report import result_files
from lanet_jax.report.captions import CAPTIONS
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Panel, Section, Table
from lanet_jax.report.svg import element
from lanet_jax.run.paths import RunFolder

FOLDER = "figures"  # in a run, in a study, and beside a page that compares runs


def figures(run: RunFiles) -> Section | None:
    """The figures in the run's folder."""
    return pictures(run.folder / FOLDER)


def pictures(folder: Path) -> Section | None:
    """Embeds the known figures of a folder in the page.

    Args:
      folder: where `lanet figures` wrote them, if it did.

    Returns:
      The section; None without figures.
    """
    panels = []
    for name, caption in CAPTIONS.items():
        for path in (folder / f"{name}.png", *sorted(folder.glob(f"{name}-*.png"))):
            if path.exists():
                _, _, run = path.stem.partition("-")
                title = f"{caption.title}, {run}" if run else caption.title
                data = base64.b64encode(path.read_bytes()).decode()
                image = element("img", src=f"data:image/png;base64,{data}", alt=title)
                panels.append(Panel(title, image, note=caption.note))
    return Section("Figures", panels=tuple(panels)) if panels else None


def agreement(run: RunFiles) -> Section | None:
    """The divergence of labels from annotator votes; None if it was not computed.

    Args:
      run: run whose `agreement.csv` is read.

    Returns:
      The section.

    Raises:
      UserError: `agreement.csv` is damaged.
    """
    path = RunFolder(run.folder).agreement
    if not path.exists():
        return None
    again = f"write it again with `lanet agreement --workdir={run.folder}`"
    try:
        _, *lines = result_files.table(path, again)
        rows = [(group, int(count), labels, float(js)) for group, count, labels, js in lines]
    except ValueError:
        raise UserError(f"{path} is damaged: {again}") from None
    note = (
        "Mean Jensen-Shannon divergence from annotator votes over the training records, in nats: "
        "0 for the votes themselves, at most 0.693. Paper, Table 6."
    )
    return Section("Agreement with people", note, table=pivot(rows))


def pivot(rows: Sequence[tuple[str, int, str, float]]) -> Table:
    """Arranges divergences with a row for each kind of label and a column for each group.

    Args:
      rows: group of records, its size, kind of label, mean divergence.

    Returns:
      The table.
    """
    groups = {group: f"{group} ({count:,})" for group, count, _, _ in rows}
    means = {(labels, group): f"{js:.4f}" for group, _, labels, js in rows}
    kinds = dict.fromkeys(labels for _, _, labels, _ in rows)
    return Table(
        ("", *groups.values()),
        tuple((labels, *(means.get((labels, group), "") for group in groups)) for labels in kinds),
    )
