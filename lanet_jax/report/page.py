"""Puts sections on a self-contained page, without scripts or requests."""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.words import counted
from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_text
from lanet_jax.report import compare, gallery, parts, run_files, run_sections, template, theme
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Section
from lanet_jax.run.paths import RunFolder

# To show something new, write its function beside these and add it here.
_SECTIONS = (
    run_sections.confusions,
    run_sections.calibrations,
    run_sections.label_noise,
    parts.section,
    gallery.agreement,
    gallery.figures,
    run_sections.config,
)


def write(workdir: Path, out: Path | None = None) -> Path:
    """Writes the page of a run.

    Args:
      workdir: work folder of a run, finished or not.
      out: the page; None for `report.html` in the run's folder.

    Returns:
      The page.

    Raises:
      UserError: there is no run, or one of its files is damaged.
    """
    run = run_files.read(workdir)
    head = [run_sections.numbers(run), *run_sections.curves([run], [run.method])]
    part = _part(run, "", [*head, *(section(run) for section in _SECTIONS)])
    return _write(out or RunFolder(workdir).report, title(run), [part])


def write_comparison(workdirs: list[Path], out: Path) -> Path:
    """Writes one page about several runs, with the figures in `figures` beside it.

    Args:
      workdirs: work folders of the runs.
      out: HTML file to write.

    Returns:
      The page.

    Raises:
      UserError: as for `write`, or a run is named twice.
    """
    if len({path.resolve() for path in workdirs}) < len(workdirs):
        raise UserError("--workdir: a run is named twice; name each once")
    runs = [run_files.read(path) for path in workdirs]
    names = compare.names(workdirs)
    labels = [f"{run.method} ({name})" for run, name in zip(runs, names, strict=True)]
    together = [*compare.sections(runs), *run_sections.curves(runs, labels)]
    if out.parent.resolve() not in {path.resolve() for path in workdirs}:
        together.append(gallery.pictures(out.parent / gallery.FOLDER))
    parts = [_head(together)]
    for run, label in zip(runs, labels, strict=True):
        sections = [run_sections.numbers(run), *(section(run) for section in _SECTIONS)]
        parts.append(_part(run, label, sections))
    heading = " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
    return _write(out, heading, parts)


def render(path: Path, heading: str, sections: Sequence[Section | None]) -> Path:
    """Writes a page of given sections.

    Args:
      path: HTML file to write.
      heading: title of the page.
      sections: sections in order; None is left out.

    Returns:
      The page.
    """
    return _write(path, heading, [_head(sections)])


def title(run: RunFiles) -> str:
    """Describes a run in one line: method, data, noise, and epochs if unfinished."""
    done, wanted = run.epochs
    unfinished = "" if done >= wanted else f" ({done} of {counted(wanted, 'epoch')})"
    return f"{run.method} on {run.data}, {run.noise}{unfinished}"


def _part(run: RunFiles, name: str, sections: list[Section | None]) -> dict:
    return {"title": name and title(run), "command": run.command, "sections": _present(sections)}


def _head(sections: Sequence[Section | None]) -> dict:
    return {"title": "", "command": "", "sections": _present(sections)}


def _present(sections: Sequence[Section | None]) -> list[Section]:
    return [section for section in sections if section is not None]


def _write(path: Path, heading: str, parts: list[dict]) -> Path:
    html = template.fill(__package__, heading=heading, parts=parts, series=theme.series)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, html)
    return path
