"""Reads and writes the answers in a folder: one JSON file per part, whole or absent."""

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
    """The answer of a part.

    Attributes:
      part: name of the part.
      device: kind of the device that it ran on.
      minutes: minutes that it took.
      busy_mib: most MiB of the card's memory that others used before and after it.
      failed: why there is no answer; "" if there is one.
      answer: result of the part's function.
      asked: `Part.asked`.
    """

    part: str
    device: str
    minutes: float
    busy_mib: int
    failed: str
    answer: dict[str, Any]
    asked: str = ""


def read(folder: Path, parts: Iterable[Part]) -> dict[str, Answer]:
    """Reads the answers in a folder, including failures.

    Args:
      folder: folder of the answers.
      parts: parts whose answers to read.

    Returns:
      The answers, by the name of their part, without those to other questions, such as of `--tiny`
      or an earlier version.

    Raises:
      UserError: a file holds no answer.
    """
    found = {}
    for part in parts:
        path = folder / f"{part.name}.json"
        if path.exists():
            fields = json_files.read(path, ADVICE)
            try:
                answer = Answer(**fields)
                answer = dataclasses.replace(answer, minutes=float(answer.minutes))
            except (TypeError, ValueError):
                raise UserError(f"{path} holds no answer of a part; {ADVICE}") from None
            if answer.asked == part.asked:
                found[part.name] = answer
    return found


def write(folder: Path, answer: Answer) -> None:
    """Writes an answer, replacing an earlier one."""
    text = json.dumps(dataclasses.asdict(answer), indent=2)
    write_text(folder / f"{answer.part}.json", text + "\n")


def check(folder: Path, answers: dict[str, Answer], device: str) -> None:
    """Checks that all answers come from the device at hand.

    Args:
      folder: folder of the answers.
      answers: the answers in it.
      device: kind of the device at hand.

    Raises:
      UserError: an answer comes from another device.
    """
    for answer in answers.values():
        if answer.device != device:
            raise UserError(
                f"{folder / answer.part}.json was measured on {answer.device}, this is {device}: "
                "choose another --out for this device"
            )
