"""A part of the measurements."""

import dataclasses
import hashlib
import json
from typing import Any

from lanet_jax import __version__


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

    @property
    def asked(self) -> str:
        """A digest of the question, which tells its answer from those to others of its name."""
        question = [self.function, self.arguments, __version__]
        return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]
