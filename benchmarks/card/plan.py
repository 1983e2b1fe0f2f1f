"""The parts, the most informative first."""

import dataclasses
import sys

from benchmarks.card.part import Part
from benchmarks.shape import Shape

METHODS = (
    ("ce", "CE", 1.2),
    ("scn", "SCN", 1.2),
    ("rul", "RUL", 1.2),
    ("eac", "EAC", 1.5),
    ("lanet", "LA-Net", 3.0),
)
FULL = Shape(steps=20)
NO_GRAPHS = "--xla_gpu_enable_command_buffer="  # a trace does not show the kernels in CUDA graphs
SMALL = dataclasses.replace(FULL, size=48, width=32, stem="small")
FACE = dataclasses.replace(FULL, family="face29", frozen=2, width=32)
TINY = Shape(size=16, batch=8, width=4, stem="small", queue=32, landmarks=68, records=64, steps=2)
TINY_MINUTES = 5.0  # more than any part takes on a busy machine


def parts(torch_python: str = sys.executable, tiny: bool = False) -> tuple[Part, ...]:
    """Lists all parts.

    Args:
      torch_python: interpreter of the PyTorch processes.
      tiny: one part of each kind, so small that a CPU answers in seconds; the figures mean nothing.

    Returns:
      The parts, the most informative first.
    """
    return _tiny(torch_python) if tiny else _full(torch_python)


def _full(torch_python: str) -> tuple[Part, ...]:
    large = dataclasses.replace(FULL, size=224, steps=10)
    return (
        Part(
            "environment",
            "the card's own peaks",
            0.7,
            "environment.measure",
            {"side": 8192, "mebibytes": 1024, "torch_python": torch_python},
        ),
        _step(FULL, "bfloat16", torch_python, 3.5),
        _step(FULL, "float32", torch_python, 3.0),
        _step(large, "bfloat16", torch_python, 3.0),
        _step(SMALL, "float32", torch_python, 2.5),
        _step(FACE, "bfloat16", torch_python, 3.0),
        _step(large, "float32", torch_python, 3.5),
        _step(SMALL, "bfloat16", torch_python, 2.5),
        Part(
            "deterministic-step",
            "112 px bfloat16, deterministic kernels",
            3.0,
            "steps.deterministic",
            {"shape": _fields(FULL, "bfloat16"), "rounds": 10},
        ),
        _runs("deterministic-runs", True, 4.0),
        *(
            Part(
                f"gradients-{name}",
                f"{title} against the CPU",
                minutes,
                "methods.measure",
                {"name": name},
            )
            for name, title, minutes in METHODS
        ),
        _reading(112, 2.5),
        _reading(224, 3.0),
        Part(
            "profile",
            "112 px bfloat16, 5 steps by scope",
            2.0,
            "scopes.measure",
            {"shape": _fields(FULL, "bfloat16"), "steps": 5, "flags": NO_GRAPHS},
        ),
        _runs("usual-runs", False, 4.0),
        _step(FULL, "bfloat16", torch_python, 5.0, torch_compile=True),
    )


def _tiny(torch_python: str) -> tuple[Part, ...]:
    shape = _fields(TINY, "float32")
    return (
        Part(
            "environment",
            "the device's own peaks",
            TINY_MINUTES,
            "environment.measure",
            {"side": 64, "mebibytes": 1, "torch_python": torch_python},
        ),
        _step(TINY, "float32", torch_python, TINY_MINUTES, rounds=2),
        Part(
            "deterministic-runs",
            "runs, deterministic kernels",
            TINY_MINUTES,
            "runs.measure",
            {
                "flags": True,
                "records": 32,
                "epochs": 3,
                "size": 24,
                "kill_after": 6,  # of 12 steps, past the checkpoint of step 4
                "fields": {"method": "ce", "data.limit": 32, "optim.batch_size": 8},
                "preset": "tiny",
            },
        ),
        Part(
            "gradients-ce",
            "CE against the CPU",
            TINY_MINUTES,
            "methods.measure",
            {"name": "ce", "shape": shape},
        ),
        Part(
            "input-24",
            "input, 24 px",
            TINY_MINUTES,
            "reading.measure",
            {
                "size": 24,
                "records": 32,
                "threads": 1,
                "seconds": 1,
                "fields": {"method": "ce", "optim.batch_size": 8},
                "preset": "tiny",
            },
        ),
        Part(
            "profile",
            "2 steps by scope",
            TINY_MINUTES,
            "scopes.measure",
            {"shape": shape, "steps": 2},
        ),
    )


def _fields(shape: Shape, precision: str) -> dict:
    return dataclasses.asdict(dataclasses.replace(shape, precision=precision))


def _step(
    shape: Shape,
    precision: str,
    torch_python: str,
    minutes: float,
    rounds: int = 10,
    torch_compile: bool = False,
) -> Part:
    face = shape.family == "face29"
    name = f"step-{shape.size}-{precision}" + "-face" * face + "-compiled" * torch_compile
    title = f"{shape.size} px, {precision}" + ", face network, 2 stages frozen" * face
    return Part(
        name,
        title + ", PyTorch compiled" * torch_compile,
        minutes,
        "steps.beside_torch",
        {
            "shape": _fields(shape, precision),
            "rounds": rounds,
            "torch_python": torch_python,
            "torch_compile": torch_compile,
        },
    )


def _runs(name: str, flags: bool, minutes: float) -> Part:
    return Part(
        name,
        f"runs of 30 steps at 112 px, {'deterministic' if flags else 'usual'} kernels",
        minutes,
        "runs.measure",
        {
            "flags": flags,
            "records": 640,
            "epochs": 6,
            "size": 112,
            "kill_after": 17,  # of 30 steps, past the checkpoint of step 10
            "fields": {
                "data.limit": 640,
                "augment.size": 112,
                "model.width": 64,
                "model.stem": "imagenet",
                "precision": "bfloat16",
                "train.checkpoint_every": 10,
                "train.log_every": 1,
            },
        },
    )


def _reading(size: int, minutes: float) -> Part:
    fields = {
        "augment.size": size,
        "model.width": 64,
        "model.stem": "imagenet",
        "precision": "bfloat16",
        "el.queue_size": 8192,
    }
    return Part(
        f"input-{size}",
        f"input, {size} px",
        minutes,
        "reading.measure",
        {"size": size, "records": 640, "threads": 8, "seconds": 15, "fields": fields},
    )
