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
      name: first part of the name of its answer's file.
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
        """A digest of the question, which tells its answer from those to others of its name.

        The interpreter of PyTorch is no part of it: another machine may have it elsewhere.
        """
        arguments = {k: v for k, v in self.arguments.items() if k != "torch_python"}
        question = json.dumps([self.function, arguments, __version__], sort_keys=True)
        return hashlib.sha256(question.encode()).hexdigest()[:8]
