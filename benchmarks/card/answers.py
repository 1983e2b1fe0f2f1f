"""A folder's answers: one JSON file a part, whole or not there."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.card.part import Part
from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text

ADVICE = "delete it, and the same command measures it again"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of a part.

    Attributes:
      part: its name.
      device: kind of the device it ran on.
      minutes: that it took.
      busy_mib: MiB of the card's memory that others used when it began.
      failed: why there is no answer; empty where there is one.
      answer: what the part's function returned.
    """

    part: str
    device: str
    minutes: float
    busy_mib: int
    failed: str
    answer: dict[str, Any]


def read(folder: Path, parts: Iterable[Part]) -> dict[str, Answer]:
    """The answers that a folder holds, failures among them.

    Args:
      folder: folder of the answers.
      parts: whose.

    Returns:
      Them by the part's name.

    Raises:
      UserError: a file holds no answer.
    """
    found = {}
    for part in parts:
        path = folder / f"{part.name}.json"
        if path.exists():
            fields = json_files.read(path, ADVICE)
            try:
                found[part.name] = Answer(**fields)
            except TypeError:
                raise UserError(f"{path} holds no answer of a part; {ADVICE}") from None
    return found


def write(folder: Path, answer: Answer) -> None:
    """Writes an answer, in place of an earlier one."""
    text = json.dumps(dataclasses.asdict(answer), indent=2)
    write_text(folder / f"{answer.part}.json", text + "\n")


def check(folder: Path, answers: dict[str, Answer], device: str) -> None:
    """Keeps the answers of two cards apart.

    Args:
      folder: folder of the answers.
      answers: that it holds.
      device: kind of the one at hand.

    Raises:
      UserError: an answer is another device's.
    """
    for answer in answers.values():
        if answer.device != device:
            raise UserError(
                f"{folder / answer.part}.json was measured on {answer.device}, this is {device}: "
                "choose another --out for this device"
            )
