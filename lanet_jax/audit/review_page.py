"""Writes the review page: one file that contains its images, style and script."""

import base64
import hashlib
import importlib.resources
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.audit.cards import LARGEST
from lanet_jax.files.atomic import write_text
from lanet_jax.report import template
from lanet_jax.report.section import Tile

_SCRIPTS = (
    *("decisions.js", "corrections.js", "suspect.js", "list.js"),
    *("picker.js", "print.js", "input.js"),
)

_MOST_PRINTED = 500  # cards; two fill a sheet


class Transitions(NamedTuple):
    """The noise transition matrix as a table, which also filters.

    Attributes:
      chance: chance that a record of the row's class is given the column's label.
      suspects: number of cards with the column's label and the row's class as suggestion.
      known: whether `chance` was counted on known true labels.
    """

    chance: Float[np.ndarray, "C C"]
    suspects: Int[np.ndarray, "C C"]
    known: bool


def write(
    path: Path,
    *,
    key: str,
    heading: str,
    verdict: str,
    note: str,
    tiles: Sequence[Tile],
    transitions: Transitions | None,
    payload: dict[str, Any],
) -> None:
    """Writes the page.

    Args:
      path: `audit.html`.
      key: key under which the browser keeps the decisions.
      heading: title of the page.
      verdict: what the audit says about itself.
      note: how to read the cards.
      tiles: the numbers at the top.
      transitions: the table of class pairs; None where nothing can be said about them.
      payload: from `cards.cards`.
    """
    files = importlib.resources.files(__package__)

    def text(name: str) -> str:
        return files.joinpath(name).read_text(encoding="utf-8")

    script = '"use strict";\n(() => {\n' + "".join(map(text, _SCRIPTS)) + "})();\n"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    known = {"key": key, "printed": _MOST_PRINTED, **payload}
    html = template.fill(
        __package__,
        heading=heading,
        verdict=verdict,
        note=note,
        tiles=tiles,
        transitions=transitions,
        classes=payload["classes"],
        shrunk=payload["shrunk"],
        cards=len(payload["cards"]),
        largest=LARGEST,
        style=text("review.css"),
        script=script,
        script_hash=f"sha256-{digest}",
        # A "</script>" in a name must not end the block.
        payload=json.dumps(known, separators=(",", ":")).replace("<", "\\u003c"),
    )
    write_text(path, html)
