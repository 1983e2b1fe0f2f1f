"""Explains in one line why something is not a model: a photo, an export, weights, a folder."""

from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.images import files
from lanet_jax.run.paths import RunFolder

_TAKEN = "a run's work folder or a model file NAME.safetensors was expected"
EXPORTS = (".onnx", ".stablehlo")  # endings
_WEIGHTS = (".pth", ".pt", ".bin", ".ckpt", ".npz", ".pkl", ".h5", ".keras", ".tflite", ".msgpack")
_SHOWN = 3


def refuse(path: Path) -> None:
    """Refuses a path from which no network can be restored, and says what it is.

    Args:
      path: what the user gave as a model.

    Raises:
      UserError: it is not a folder with checkpoints.
    """
    ending = path.suffix.lower()
    if path.is_dir():
        if not _is_run(path):
            raise UserError(f"{path} is {_folder(path)}: {_TAKEN}")
    elif not path.exists():
        raise UserError(f"{path}: there is no such file or folder: {_TAKEN}")
    elif ending in EXPORTS:
        raise UserError(
            f"{path} is an export for other programs: {_TAKEN}; --format=safetensors writes one"
        )
    elif files.is_image(path.name) or files.is_unread(path.name):
        raise UserError(
            f"{path} is an image, not a model: {_TAKEN}; in Python images go to load().predict(...)"
        )
    elif ending in _WEIGHTS:
        raise UserError(
            f"{path} holds weights without the card of a network: {_TAKEN}; as a start of training "
            "they go through `lanet port` and --config.model.pretrained"
        )
    else:
        raise UserError(f"{path} is not a model: {_TAKEN}")


def _is_run(path: Path) -> bool:
    return RunFolder(path).checkpoints.is_dir()


def _folder(path: Path) -> str:
    runs = sorted(child.name for child in path.iterdir() if _is_run(child))
    models = sorted(child.name for child in path.glob("*.safetensors"))
    if RunFolder(path).config.is_file():
        return "the work folder of a run that holds no checkpoint yet (train first)"
    own = RunFolder(path.parent)
    if path.absolute() in (own.checkpoints.absolute(), own.best.absolute()):
        return "a part of a run's work folder"
    inside = [*runs, *models][:_SHOWN]
    return f"a folder that holds models ({', '.join(inside)})" if inside else "no run's work folder"
