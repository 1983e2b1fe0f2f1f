"""What reviewers decided, `corrections.csv` of the review page: read, and merged."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lanet_jax.errors import UserError
from lanet_jax.input import label_lines

COLUMNS = ("name", "given", "was", "decision")
OPEN, CONFLICT, AMBIGUOUS = "", "conflict", "ambiguous"
DECIDED = ("accept", "keep", AMBIGUOUS, "other")


class Said(NamedTuple):
    """What one line says of a record.

    Attributes:
      name: of the record, with / between folders.
      given: the label that it gets.
      was: the label that it had; "" where the page did not know it.
      decision: one of `DECIDED`; `OPEN` or `CONFLICT` where nothing is decided.
      where: the line stands, as in "anna.csv line 3".
    """

    name: str
    given: str
    was: str
    decision: str
    where: str

    @property
    def is_decided(self) -> bool:
        """Whether a reviewer has decided."""
        return self.decision in DECIDED

    @property
    def meaning(self) -> tuple[str, bool]:
        """Label and whether it is ambiguous: what two reviewers may differ in."""
        return self.given, self.decision == AMBIGUOUS


class Merged(NamedTuple):
    """What several files say together.

    Attributes:
      rows: a line for each record, in the order in which they were first named.
      conflicts: all that is said of each record on which reviewers differ; its row has the label
        that it had, and `CONFLICT`.
    """

    rows: list[Said]
    conflicts: list[list[Said]]


def read(path: Path) -> tuple[list[Said], list[str]]:
    """Reads the decisions of a reviewer.

    Args:
      path: `corrections.csv`, as the page or a spreadsheet saved it.

    Returns:
      What its lines say, and the columns that are not ours.

    Raises:
      UserError: it cannot be read, has other columns, or a line holds no decision.
    """
    text = label_lines.read_text(path)
    if not label_lines.has_header(text):
        raise UserError(f"{path}: no header {','.join(COLUMNS)}; {_ADVICE}")
    found, others = [], dict[str, None]()
    for number, row in label_lines.rows(path, text):
        where = f"{path} line {number}"
        if missing := [column for column in COLUMNS if column not in row]:
            raise UserError(f"{where}: there is no {' and no '.join(missing)}; {_ADVICE}")
        others.update(dict.fromkeys(column for column in row if column not in COLUMNS))
        decision = row["decision"].casefold()
        if decision not in (*DECIDED, OPEN, CONFLICT):
            raise UserError(
                f"{where}: the decision {row['decision'][:80]!r} is none of {', '.join(DECIDED)}; "
                "correct it, or leave it empty"
            )
        if not row["name"].strip() or not row["given"]:
            raise UserError(f"{where}: a name and a label were expected; complete the line")
        if decision in (OPEN, CONFLICT) and row["was"] and row["given"] != row["was"]:
            raise UserError(
                f"{where}: the label is changed from {row['was']!r} to {row['given']!r} without a "
                "decision; write other in its last column"
            )
        name = unicodedata.normalize("NFC", row["name"].replace("\\", "/"))
        found.append(Said(name, row["given"], row["was"], decision, where))
    return found, [name for name in others if name]


def merge(said: Sequence[Said]) -> Merged:
    """Puts together what several reviewers say.

    A decision stands beside a line that leaves the record open; two decisions for the same label
    are one. What they differ in is nobody's to choose: the record keeps the label that it had.

    Args:
      said: the lines of all of them.

    Returns:
      The rows, and the conflicts.

    Raises:
      UserError: two lines tell different labels that a record had, or none does of a conflict.
    """
    by_name: dict[str, list[Said]] = {}
    for one in said:
        by_name.setdefault(one.name, []).append(one)
    rows, conflicts = [], []
    for lines in by_name.values():
        was = _was(lines)
        decided = [one for one in lines if one.is_decided]
        if len({one.meaning for one in decided}) > 1:
            if not was:
                raise UserError(
                    f"{decided[0].where}: {decided[0].name!r} is decided otherwise in "
                    f"{decided[1].where}, and no line tells the label that it had; write it there "
                    "under was"
                )
            conflicts.append(decided)
            rows.append(lines[0]._replace(given=was, was=was, decision=CONFLICT))
        elif decided:
            rows.append(decided[0]._replace(was=was))
        else:
            disputed = any(one.decision == CONFLICT for one in lines)
            rows.append(lines[0]._replace(was=was, decision=CONFLICT if disputed else OPEN))
    return Merged(rows, conflicts)


def counts(rows: Sequence[Said]) -> Mapping[str, int]:
    """How many rows there are of each decision."""
    return {kind: sum(one.decision == kind for one in rows) for kind in (*DECIDED, CONFLICT)}


_ADVICE = f"give a file that the review page saved ({','.join(COLUMNS)})"


def _was(lines: Sequence[Said]) -> str:
    """The label that a record had, as far as its lines tell."""
    known = [one for one in lines if one.was]
    for one in known[1:]:
        if one.was != known[0].was:
            raise UserError(
                f"{one.where}: the label of {one.name!r} was {one.was!r} there and "
                f"{known[0].was!r} in {known[0].where}: are both of the same page?"
            )
    if known:
        return known[0].was
    # Of a page that did not know: a kept label is the one that it had.
    kept = [one for one in lines if one.decision in ("keep", AMBIGUOUS, OPEN, CONFLICT)]
    return kept[0].given if kept else ""
