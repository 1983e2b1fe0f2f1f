"""A part of the measurements."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Part:
    """One question, answered by a separate process.

    Attributes:
      name: name of its answer's file, without the ending.
      title: what it measures, for the summary.
      minutes: estimated time on a GPU with an empty compile cache.
      function: module in this folder and function in it, "steps.beside_torch". It takes the folder
        and the arguments, and returns the answer as JSON values.
      arguments: arguments of the function.
    """

    name: str
    title: str
    minutes: float
    function: str
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
