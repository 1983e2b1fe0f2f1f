"""The answer of a part."""

import dataclasses
from typing import Any


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
      tried: how often it was measured, or tried.
    """

    part: str
    device: str
    minutes: float
    busy_mib: int
    failed: str
    answer: dict[str, Any]
    asked: str = ""
    tried: int = 1
