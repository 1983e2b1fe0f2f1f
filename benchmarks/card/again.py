"""Which answers are measured again, because what they lack can now be measured."""

import functools

from benchmarks import step
from benchmarks.card import table
from benchmarks.card.answer import Answer
from benchmarks.card.part import Part


def wanted(part: Part, answer: Answer) -> bool:
    """Whether an answer lacks its PyTorch half, and PyTorch can now be found.

    Args:
      part: part that it answers.
      answer: its answer, no failure.
    """
    if part.function == table.STEPS:
        without = answer.answer["other"] is None
    else:
        without = part.function == "environment.measure" and not answer.answer["torch"]
    return without and _has_torch(part.arguments["torch_python"])


@functools.cache
def _has_torch(python: str) -> bool:
    return step.has_torch(python)
