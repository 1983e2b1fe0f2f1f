"""Builds an exported network, compares it with JAX, and writes it with its card."""

import datetime
import importlib.util
import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import jax
import numpy as np
from jax import export as jax_export
from jaxtyping import Float, UInt8

from lanet_jax.checkpoint import model_file
from lanet_jax.checkpoint.metadata import Card
from lanet_jax.errors import UserError
from lanet_jax.export import stablehlo
from lanet_jax.files import beside
from lanet_jax.files.atomic import write_together
from lanet_jax.trained import network as trained_network
from lanet_jax.trained.inference import predict_function
from lanet_jax.trained.load import Trained

# Of log p, relative to 1 + |log p|; so no probability is further off than this.
TOLERANCE = 1e-4
_LEAST = 1e-30  # smaller probabilities count as this
VERSION = 1
_PIP = "pip install 'lanet_jax[onnx]'"
_BATCHES = (1, 3)  # two sizes, to check that the batch size is free

Function = Callable[[UInt8[np.ndarray, "B S S 3"]], Float[np.ndarray, "B C"]]


def check_packages(format: str) -> None:
    """Checks that the package which writes a format is installed.

    Raises:
      UserError: it is not; the message has the command that installs it.
    """
    if format == "onnx" and importlib.util.find_spec("onnx") is None:
        raise UserError(f"--format=onnx needs the package onnx: {_PIP}")


def card_of(out: Path) -> Path:
    """The path of an export's card: NAME.json for NAME.safetensors, else FILE.json."""
    name = f"{out.stem}.json" if out.suffix == model_file.ENDING else f"{out.name}.json"
    return out.with_name(name)


def write(out: Path, format: str, trained: Trained, half: bool = False) -> list[str]:
    """Builds, checks and writes an export.

    Args:
      out: file to write, beside which its card is written.
      format: "stablehlo", "onnx" or "safetensors".
      trained: network to export, with its card.
      half: store kernels in 16 bits; only for "safetensors".

    Returns:
      Lines that say what was checked.

    Raises:
      UserError: it disagrees with JAX; then no file is left.
      OSError: it cannot be written; then no file is left.
    """
    params, state = jax.device_get((trained.params, trained.model_state))
    card = {
        **trained.card,
        "step": trained.step,
        "program": f"lanet_jax {metadata.version('lanet_jax')}",
        "exported": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    if format == "safetensors":
        _make_folder(out.parent)
        model_file.write(out, params, state, card, half)
        return []
    card["precision"] = "float32"  # of what is exported, whatever training computed in
    make = _onnx if format == "onnx" else _stablehlo
    # Compare on the CPU: an accelerator may round its products to fewer bits.
    with jax.default_device(jax.local_devices(backend="cpu")[0]):
        data, function, card = make(params, state, card)
        said = [f"not compared with JAX: onnxruntime is absent; {_PIP}"]
        if function is not None:
            said = [compare(function, _jax(params, state, card), card, format)]
    text = json.dumps(card, indent=2, allow_nan=False) + "\n"
    _make_folder(out.parent)
    card_file = card_of(out)
    beside.check(card_file, out, lambda found: found.get("format") == format)
    write_together(
        {
            card_file: lambda file: file.write(text.encode()),
            out: lambda file: file.write(data),
        }
    )
    return said


def compare(exported: Function, ours: Function, card: Card, format: str) -> str:
    """Compares an exported network with JAX on the same random images.

    Args:
      exported: the export, run as its users run it.
      ours: the network in JAX.
      card: card of the network, for the input's size.
      format: name of the format, for the line.

    Returns:
      A line with the greatest difference.

    Raises:
      UserError: the difference exceeds `TOLERANCE`.
    """
    rng, worst = np.random.default_rng(0), 0.0
    for batch in _BATCHES:
        noise = rng.integers(0, 256, (batch, card["size"], card["size"], 3))
        images = (noise * rng.uniform(0.2, 1, (batch, 1, 1, 1))).astype(np.uint8)
        # Logarithms, since noise looks like one class to many networks, so that probabilities of
        # 0 and 1 would agree whatever is wrong.
        found, expected = (
            np.log(np.maximum(f(images), _LEAST, dtype=np.float64)) for f in (exported, ours)
        )
        difference = np.abs(found - expected) / (1 + np.abs(expected))
        worst = max(worst, float(np.max(np.nan_to_num(difference, nan=np.inf))))
    if worst > TOLERANCE:
        raise UserError(
            f"--format={format}: the logarithms of its probabilities are {worst:.1e} (relative) "
            f"off those of JAX, more than {TOLERANCE:.0e}: nothing was written; please report it, "
            "and take another --format"
        )
    return f"compared with JAX on random images: log probabilities differ by {worst:.1e} at most"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; choose another") from None


def _jax(params: dict, state: dict, card: Card) -> Function:
    predict = predict_function(trained_network.method(card), trained_network.preprocessing(card))
    compiled = jax.jit(lambda images: predict(params, state, images)[0])
    return lambda images: np.asarray(compiled(images))


def _described(card: Card, format: str, version: str, names: tuple[str, str]) -> Card:
    size, classes = card["size"], len(card["classes"])
    return {
        **{key: value for key, value in card.items() if key != "sha256"},
        "format": format,
        "format_version": VERSION,
        "made_by": version,
        "input": {
            "name": names[0],
            "type": "uint8",
            "shape": ["batch", size, size, 3],
            "meaning": "RGB of a face crop, 0 to 255; mean and std are applied inside"
            + ("; grey: three equal channels" if card["grey"] else ""),
        },
        "output": {
            "name": names[1],
            "type": "float32",
            "shape": ["batch", classes],
            "meaning": "probabilities, in the order of classes",
        },
    }


def _stablehlo(params: dict, state: dict, card: Card) -> tuple[bytes, Function, Card]:
    data = stablehlo.exported(params, state, card)
    read = jax_export.deserialize(bytearray(data))
    card = _described(card, "stablehlo", f"jax.export {jax.__version__}", ("images", "result"))
    read_by = "jax.export.deserialize(bytearray(open(FILE, 'rb').read())).call(images)"
    card |= {
        "platforms": list(read.platforms),
        "calling_convention_version": read.calling_convention_version,
        "read_by": read_by,
    }
    return data, lambda images: np.asarray(read.call(images)), card


def _onnx(params: dict, state: dict, card: Card) -> tuple[bytes, Function | None, Card]:
    import onnx

    from lanet_jax.export import onnx_graph

    model = onnx_graph.model(params, state, card)
    names = (onnx_graph.INPUT, onnx_graph.OUTPUT)
    card = _described(card, "onnx", f"onnx {onnx.__version__}", names)
    card |= {"opset": onnx_graph.OPSET}
    onnx.helper.set_model_props(model, {"classes": json.dumps(card["classes"])})
    data = model.SerializeToString()
    if importlib.util.find_spec("onnxruntime") is None:
        return data, None, card
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return data, lambda images: session.run([names[1]], {names[0]: images})[0], card
