"""Answers one part: `python -m benchmarks.card.one FOLDER ANSWER PART`, with PART as JSON.

`benchmarks.card` starts it.
"""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.card.part import Part
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.files.atomic import write_text


def command(part: Part, folder: Path, answer: Path) -> list[str]:
    """The command that answers a part.

    Args:
      part: the part to answer.
      folder: folder of the answers.
      answer: file to write.
    """
    asked = json.dumps({"function": part.function, "arguments": part.arguments})
    paths = (str(folder.absolute()), str(answer.absolute()))
    return [sys.executable, "-m", "benchmarks.card.one", *paths, asked]


@exit_on_user_error
def main() -> None:
    """Calls the part's function and writes what it returns."""
    folder, answer, asked = sys.argv[1:]
    part = json.loads(asked)
    module, function = part["function"].split(".")
    measure = getattr(importlib.import_module(f"benchmarks.card.{module}"), function)
    write_text(Path(answer), json.dumps(measure(Path(folder), **part["arguments"])))


if __name__ == "__main__":
    main()
