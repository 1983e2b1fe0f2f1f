"""Writes a study's tables as Markdown, LaTeX and CSV."""

import re
from collections.abc import Iterable, Iterator

from lanet_jax.study.grid import Study
from lanet_jax.study.results import MEASURES, Entry
from lanet_jax.study.results_table import Sheet

_LATEX = {
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "±": "$\\pm$",
    "✓": "\\checkmark{}",
}
_GREEK = ("alpha", "beta", "delta", "tau", "omega")


def markdown(sheets: Iterable[Sheet], notes: Iterable[str], commands: Iterable[str]) -> str:
    """The tables, their notes and the runs' commands, as Markdown."""
    parts = []
    for sheet in sheets:
        lines = [_pipes(sheet.header), _pipes("---" for _ in sheet.header)]
        for i, row in enumerate(sheet.rows):
            lines.append(
                _pipes(f"**{t}**" if (i, j) in sheet.bold else t for j, t in enumerate(row))
            )
        parts.append(f"**{sheet.title}**\n\n" + "\n".join(lines))
    parts += ["\n".join(f"- {note}" for note in notes)]
    parts += ["```sh\n" + "\n".join(commands) + "\n```"]
    return "\n\n".join(parts) + "\n"


def latex(sheets: Iterable[Sheet], notes: Iterable[str], commands: Iterable[str]) -> str:
    """The same as LaTeX, at most as wide as the page; its first line loads the packages."""
    parts = ["% \\usepackage{booktabs,amssymb,adjustbox}"]
    for sheet in sheets:
        columns = "l" * sheet.heads + "c" * (len(sheet.header) - sheet.heads)
        lines = [
            "\\begin{table*}",
            "\\centering",
            f"\\caption{{{_escape(sheet.title)}}}",
            "\\begin{adjustbox}{max width=\\linewidth}",
            f"\\begin{{tabular}}{{{columns}}}",
            "\\toprule",
            _ampersands(map(_escape, sheet.header)),
            "\\midrule",
        ]
        for i, row in enumerate(sheet.rows):
            if i and i in sheet.groups:
                lines.append("\\midrule")
            texts = [_escape(text) for text in row]
            lines.append(
                _ampersands(
                    f"\\textbf{{{t}}}" if (i, j) in sheet.bold else t for j, t in enumerate(texts)
                )
            )
        lines += ["\\bottomrule", "\\end{tabular}", "\\end{adjustbox}", "\\end{table*}"]
        parts.append("\n".join(lines))
    parts.append("\n".join(f"% {line}" for line in (*notes, *commands)))
    return "\n\n".join(parts) + "\n"


def csv_rows(
    study: Study, entries: Iterable[Iterable[Entry]]
) -> tuple[list[str], Iterator[list[str]]]:
    """Makes a line for each row and column, with plain numbers for programs.

    Args:
      study: declaration of rows and columns.
      entries: the columns of each row.

    Returns:
      The header, and the lines: accuracies and fitted share in percent, AUROC in [0, 1].
    """
    titles = [title for axis in study.rows for title in axis.titles]
    numbers = [f"{measure}_{what}" for measure in MEASURES for what in ("mean", "std")]
    header = [*titles, *study.columns.titles[:1], "seeds", *numbers, "best_is_oracle", "published"]
    return header, (_line(entry) for row in entries for entry in row)


def _line(entry: Entry) -> list[str]:
    line = [*entry.labels, entry.column, str(entry.seeds)]
    for measure in MEASURES:
        scale = 1 if measure == "auroc" else 100
        found = entry.means.get(measure)
        for value in (found.mean, found.std) if found else (None, None):
            line.append("" if value is None else f"{scale * value:.4f}")
    return [*line, str(entry.oracle).lower() if entry.seeds else "", entry.published]


def _pipes(texts: Iterable[str]) -> str:
    return "| " + " | ".join(text.replace("|", r"\|") for text in texts) + " |"


def _ampersands(texts: Iterable[str]) -> str:
    return " & ".join(texts) + " \\\\"


def _escape(text: str) -> str:
    if text in _GREEK:
        return f"$\\{text}$"
    return re.sub(r"[&%$#_{}\\~^±✓]", lambda found: _LATEX[found[0]], text)
