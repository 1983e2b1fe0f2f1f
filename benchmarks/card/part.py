"""What a part of the day is."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Part:
    """One question, answered by a process of its own.

    Attributes:
      name: name of its answer's file, without the ending.
      title: what it measures, as the summary has it.
      minutes: what it may take on a GPU whose compile cache is empty; a guess until measured.
      function: module of this folder and function in it, "steps.beside_torch"; takes the folder and
        the arguments, and returns the answer as JSON has it.
      arguments: arguments of the function.
    """

    name: str
    title: str
    minutes: float
    function: str
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
