"""Reads and writes the answers in a folder: one JSON file per question, whole or absent."""

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.card import table
from benchmarks.card.answer import Answer
from benchmarks.card.part import Part
from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text

ADVICE = "it is measured again"


def path(folder: Path, part: Part) -> Path:
    """The file of a part's answer; those of `--tiny` and of other versions have other names."""
    return folder / f"{part.name}.{part.asked}.json"


def read(
    folder: Path, parts: Iterable[Part], tell: Callable[[str], object] = lambda _: None
) -> dict[str, Answer]:
    """Reads the answers in a folder, including failures.

    Args:
      folder: folder of the answers.
      parts: parts whose answers to read.
      tell: is given a line for each file that holds no answer, as if it were not there.

    Returns:
      The answers, by the name of their part.
    """
    found = {}
    for part in parts:
        file = path(folder, part)
        if not file.exists():
            continue
        try:
            found[part.name] = _answer(json_files.read(file, ADVICE), part)
        except UserError as error:
            tell(str(error))
        except (TypeError, ValueError) as error:
            tell(f"{file} holds no answer ({error}) and is measured again")
    return found


def _answer(fields: dict[str, Any], part: Part) -> Answer:
    """Checks the fields of an answer.

    Raises:
      TypeError: a number is none.
      ValueError: they are none of an answer to this part, or the summary cannot show it.
    """
    try:
        answer = Answer(**fields)
    except TypeError:
        raise ValueError("its fields are those of no answer") from None
    minutes = float(answer.minutes)
    if (answer.part, answer.asked) != (part.name, part.asked):
        raise ValueError("it answers another question")
    if not (math.isfinite(minutes) and minutes >= 0 and isinstance(answer.answer, dict)):
        raise ValueError("its values are none of an answer")
    if reason := not answer.failed and table.lacks(part, answer.answer):
        raise ValueError(reason)
    numbers = {"busy_mib": int(answer.busy_mib), "tried": int(answer.tried)}
    return dataclasses.replace(answer, minutes=minutes, failed=str(answer.failed), **numbers)


def write(folder: Path, part: Part, answer: Answer) -> None:
    """Writes the answer of a part, replacing an earlier one."""
    text = json.dumps(dataclasses.asdict(answer), indent=2)
    write_text(path(folder, part), text + "\n")


def check(folder: Path, answers: Mapping[str, Answer], device: str) -> None:
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
                f"{folder}: {answer.part} was measured on {answer.device}, this is {device}: "
                "choose another --out for this device"
            )
