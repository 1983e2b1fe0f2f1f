"""The weights that a training starts from: which are refused, what they decide, what to know."""

import difflib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lanet_jax.checkpoint import formats, model_file, pretrained
from lanet_jax.checkpoint.metadata import Card, completed, wrong_keys
from lanet_jax.errors import UserError
from lanet_jax.from_config import fields
from lanet_jax.from_config.config import Config
from lanet_jax.models import backbones
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder
from lanet_jax.trained.not_a_model import EXPORTS

FACES = "face29"  # the pretrained weights to use if the user's cache has them
_FIELD = "--config.model.pretrained"
_TAKEN = (
    "a file of `lanet port` or of `lanet export --format=safetensors` was expected, or "
    f"{' or '.join(pretrained.NAMES)}"
)


class Start(NamedTuple):
    """What weights decide where a config leaves it open.

    Attributes:
      model: fields of `config.model`.
      mean: mean colour, RGB in [0, 1].
      std: standard deviation of the colour, RGB in [0, 1].
      size: side of the images in pixels.
      epochs: epochs of a training that starts from them.
      learning_rate: its learning rate.
    """

    model: dict[str, Any]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    size: int
    epochs: int
    learning_rate: float


def find(c: Config, workdir: Path) -> Start | None:
    """The weights of a config that leaves the network open.

    Args:
      c: resolved config.
      workdir: of the run, which when resumed keeps what it began with.

    Returns:
      What they decide: those of the face network, by the preset `face`; those of a trained
      network, by its card. None where there are no weights, or others.
    """
    weights = c.model.pretrained
    if run_folder.has_begun(workdir):
        begun = run_folder.load_config(workdir)
        kept = begun.model.pretrained
        return _of_config(begun) if kept and weights in ("", kept) else None
    if not weights and pretrained.in_cache(FACES).is_file():
        weights = FACES
    own = fields.apply_presets(fields.get_config(), "cpu,face", {"cpu": fields.two_cores})
    start = _of_config(own)
    if weights == FACES:
        return start
    card = _card(pretrained.place(weights)) if weights else {}
    if not card:
        return None
    model = {**backbones.description(card), "pretrained": weights, "frozen_stages": 0}
    if card["family"] == own.model.family:
        model["frozen_stages"] = own.model.frozen_stages
    return start._replace(
        model=model, mean=tuple(card["mean"]), std=tuple(card["std"]), size=card["size"]
    )


def check(c: Config) -> None:
    """Refuses a file that holds no weights, before long work.

    Args:
      c: resolved config.

    Raises:
      UserError: it is not there, a folder, or of another kind; the message says what to give.
    """
    path = pretrained.find(c.model.pretrained)
    if path.is_dir():
        is_run = RunFolder(path).checkpoints.is_dir()
        advice = f"`lanet export --workdir={path} --format=safetensors` writes the file to give"
        raise UserError(
            f"{_FIELD}={path} is a run's work folder: {advice}"
            if is_run
            else f"{_FIELD}={path} is a folder: {_TAKEN}"
        )
    if not path.exists():
        near = difflib.get_close_matches(path.name, pretrained.NAMES, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UserError(f"{_FIELD}={path}: there is no such file: {hint}{_TAKEN}")
    if path.suffix.lower() in EXPORTS:
        raise UserError(f"{_FIELD}={path} is an export for other programs: {_TAKEN}")
    formats.file_format(path)


def compare(c: Config) -> None:
    """Compares a config, whose network is chosen, with the card of its weights, and tells of them.

    Args:
      c: config that the run follows.

    Raises:
      UserError: the weights are of another network.
    """
    path = pretrained.place(c.model.pretrained)
    trained, card = _card(path), pretrained.card(path)
    # Of ported weights a backbone may leave stages out.
    named = (
        backbones.description(trained)
        if trained
        else {name: card[name] for name in ("family", "width") if name in card}
    )
    if other := {name: value for name, value in named.items() if c.model[name] != value}:
        flags = " ".join(f"--config.model.{name}={value}" for name, value in other.items())
        raise UserError(
            f"{path} is of another network: add {flags}, or take a preset: `small` fits the "
            "network to a trained one, `face` has the face network's"
        )
    made_for = pretrained.colours(path)
    other = {f: v for f, v in made_for.items() if not np.allclose(v, c.augment[f], atol=1e-3)}
    if other:
        flags = " ".join(f"--config.augment.{f}='{tuple(v)}'" for f, v in other.items())
        _tell(f"{path} was trained on images normalised otherwise: {flags}")
    if told := knowledge(c):
        _tell(told)


def knowledge(c: Config) -> str:
    """What a run's start may know of its labels, as a sentence without a full stop; "" if nothing.

    Args:
      c: resolved config.
    """
    path, train = pretrained.place(c.model.pretrained), ", ".join(c.data.train)
    if c.model.pretrained == pretrained.BUNDLED:
        seen = [name for name in c.data.train if name.partition("/")[0] == "ferplus"]
        told = (
            f"the bundled network was trained on the annotator votes of {', '.join(seen)}: it "
            "knows these labels, so that the run does not show how robust a method is, and "
            "records that it holds out are not held out"
        )
        return told if seen else ""
    told = (
        f"{path} was trained on labels: if records of {train} were among them, it knows these, "
        "and records that the run holds out are not held out"
    )
    return told if c.model.pretrained and _card(path) else ""


def _of_config(c: Config) -> Start:
    kept = {name: c.model[name] for name in ("pretrained", "frozen_stages")}
    a, o = c.augment, c.optim
    model = {**backbones.description(c.model), **kept}
    return Start(model, a.mean, a.std, a.size, o.epochs, o.learning_rate)


def _card(path: Path) -> Card:
    """The card of a trained network; empty if the file is none."""
    card = pretrained.card(path)
    whole = card.get("format") == model_file.FORMAT and not wrong_keys(completed(card))
    return completed(card) if whole else {}


def _tell(note: str) -> None:
    print(f"note: {note}", file=sys.stderr)
