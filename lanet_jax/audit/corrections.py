"""What reviewers decided, `corrections.csv` of the review page: reading and merging it."""

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
    """What one line says about a record.

    Attributes:
      name: name of the record, with / between folders.
      given: the label that it gets.
      was: the label that it had; "" where the page did not know it.
      decision: one of `DECIDED`; `OPEN` or `CONFLICT` where nothing is decided.
      where: file and line, such as "anna.csv line 3".
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
        """Label in any spelling and whether it is ambiguous: what two reviewers may disagree on."""
        return _plain(self.given), self.decision == AMBIGUOUS


class Merged(NamedTuple):
    """What several files say together.

    Attributes:
      rows: a line for each record, in the order in which they were first named.
      conflicts: the decisions on each record on which reviewers differ; its row has the label
        that it had, and `CONFLICT`.
      applied: decisions of an earlier round, whose label another line has as the observed one.
    """

    rows: list[Said]
    conflicts: list[list[Said]]
    applied: list[Said]


def read(path: Path) -> tuple[list[Said], list[str]]:
    """Reads the decisions of one reviewer.

    Args:
      path: `corrections.csv`, as the page or a spreadsheet saved it.

    Returns:
      Its lines, and the names of columns that are not ours.

    Raises:
      UserError: it cannot be read, has other columns, or a line holds an unknown decision or one
        that does not fit its labels.
    """
    text = label_lines.read_text(path)
    if not label_lines.has_header(text):
        raise UserError(f"{path}: no header {','.join(COLUMNS)}; {_ADVICE}")
    found, others = [], dict[str, None]()
    for number, row in label_lines.rows(path, text):
        where = f"{path} line {number}"
        if missing := [column for column in ("given", "decision") if column not in row]:
            raise UserError(f"{where}: there is no {' and no '.join(missing)}; {_ADVICE}")
        others.update(dict.fromkeys(column for column in row if column not in COLUMNS))
        decision = row["decision"].casefold()
        if decision not in (*DECIDED, OPEN, CONFLICT):
            raise UserError(
                f"{where}: the decision {row['decision'][:80]!r} is not one of "
                f"{', '.join(DECIDED)}; correct it, or leave it empty"
            )
        if not row["name"].strip() or not row["given"]:
            raise UserError(f"{where}: a name and a label were expected; complete the line")
        was = row.get("was", "")
        if decision not in ("accept", "other") and was and _plain(row["given"]) != _plain(was):
            without = f"with {decision}" if decision in DECIDED else "without a decision"
            raise UserError(
                f"{where}: the label is changed from {was!r} to {row['given']!r} {without}; "
                "write other in its last column"
            )
        name = unicodedata.normalize("NFC", row["name"].replace("\\", "/"))
        found.append(Said(name, row["given"], was, decision, where))
    return found, [name for name in others if name]


def merge(said: Sequence[Said]) -> Merged:
    """Puts together what several reviewers say.

    A decision wins over a line that leaves the record open; equal decisions count once. Where
    reviewers differ, nobody's decision is taken: the record keeps the label that it had. A decision
    of an earlier round, whose label is observed now, is done.

    Args:
      said: the lines of all reviewers.

    Returns:
      The rows, the conflicts and what is done.

    Raises:
      UserError: two lines disagree on the label that a record had, or a conflict's lines do not
        say it.
    """
    by_name: dict[str, list[Said]] = {}
    for one in said:
        by_name.setdefault(one.name, []).append(one)
    rows, conflicts, applied = [], [], []
    for lines in by_name.values():
        done = _applied(lines)
        applied += done
        lines = [one for one in lines if one not in done]
        was = _was(lines)
        decided = [one for one in lines if one.is_decided]
        if len({one.meaning for one in decided}) > 1:
            if not was:
                raise UserError(
                    f"{decided[0].where}: {decided[0].name!r} is decided differently in "
                    f"{decided[1].where}, and no line says which label it had; write that under "
                    "was"
                )
            conflicts.append(decided)
            rows.append(lines[0]._replace(given=was, was=was, decision=CONFLICT))
        elif decided:
            rows.append(decided[0]._replace(was=was))
        else:
            disputed = any(one.decision == CONFLICT for one in lines)
            rows.append(lines[0]._replace(was=was, decision=CONFLICT if disputed else OPEN))
    return Merged(rows, conflicts, applied)


def counts(rows: Sequence[Said]) -> Mapping[str, int]:
    """The number of rows with each decision."""
    return {kind: sum(one.decision == kind for one in rows) for kind in (*DECIDED, CONFLICT)}


_ADVICE = f"give a file that the review page saved ({','.join(COLUMNS)})"


def _plain(label: str) -> str:
    """A label as it is compared: in any case, and composed or not, as a Mac writes it."""
    return unicodedata.normalize("NFC", label).casefold()


def _applied(lines: Sequence[Said]) -> list[Said]:
    """Changes to a label that the record has in lines which do not change it."""
    now = {_plain(one.was) for one in lines if _plain(one.given) == _plain(one.was)}
    return [
        one for one in lines if one.was and _plain(one.given) in now and _plain(one.was) not in now
    ]


def _was(lines: Sequence[Said]) -> str:
    """The label that a record had; "" where its lines do not say."""
    known = [one for one in lines if one.was]
    for one in known[1:]:
        if _plain(one.was) != _plain(known[0].was):
            raise UserError(
                f"{one.where}: the label of {one.name!r} was {one.was!r} there and "
                f"{known[0].was!r} in {known[0].where}: are both from the same page?"
            )
    if known:
        return known[0].was
    # The page did not know it, but a label that was kept is the one that the record had.
    kept = [one for one in lines if one.decision in ("keep", AMBIGUOUS, OPEN, CONFLICT)]
    return kept[0].given if kept else ""
