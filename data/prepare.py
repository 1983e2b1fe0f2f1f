"""Prepares a dataset: `lanet prepare NAME --source DIR [--landmarks FILE]`.

Reads an official layout, checks every image, writes DATA_DIR/NAME[/CONFIG]/VERSION as TFDS
ArrayRecord and ends with a table. `lanet prepare NAME --help` names a dataset's options.
"""

import argparse
import dataclasses
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, whole

from . import building

Options = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Dataset:
    """How one dataset is prepared.

    Attributes:
      help: one line for the command's help.
      options: the dataset's own options, as for `argparse.add_argument`.
      has_source: whether it is made from the user's files; else it is generated.
    """

    help: str
    options: Mapping[str, Options] = dataclasses.field(default_factory=dict)
    has_source: bool = True


def _own_name(name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or name in DATASETS:
        raise argparse.ArgumentTypeError(
            f"{name!r} cannot name your folder: lower-case letters, digits and _ were "
            f"expected, and not one of {', '.join(DATASETS)}"
        )
    return name


_CLASSES = {
    "type": int,
    "choices": (7, 8),
    "default": 8,
    "help": "8, or 7 without contempt (default 8)",
}
DATASETS: dict[str, Dataset] = {
    "rafdb": Dataset(
        "RAF-DB, basic expressions: DIR holds EmoLabel/ and Image/aligned/",
        {
            "annotation": {
                "choices": ("none", "auto"),
                "default": "none",
                "help": "auto: map Annotation/auto's 37 points onto the aligned images",
            }
        },
    ),
    "ferplus": Dataset(
        "FER+: DIR holds fer2013new.csv and FER2013Train/ ... or fer2013.csv",
        {
            "labels": {
                "choices": ("argmax8", "argmax10", "majority"),
                "default": "argmax8",
                "help": "rule that turns votes into a label (default argmax8)",
            },
            "classes": _CLASSES,
        },
    ),
    "affectnet": Dataset(
        "AffectNet: DIR holds Manually_Annotated_Images/ or, since 2021, train_set/ and val_set/",
        {
            "classes": _CLASSES,
            "size": {
                "type": whole(0),
                "default": 0,
                "metavar": "PX",
                "help": "old layout: store the face box at this size (default: the file as it is)",
            },
        },
    ),
    "folder": Dataset(
        "any tree [split/]class/image, or a CSV file with path,label[,split]",
        {
            "name": {
                "required": True,
                "type": _own_name,
                "help": "name of the prepared dataset",
            },
            "holdout": {
                "type": float,
                "default": 0.0,
                "metavar": "FRACTION",
                "help": "this share of each class becomes the test split (default 0)",
            },
            "classes": {
                "default": "",
                "metavar": "WRITTEN=CLASS,...",
                "help": "classes to rename, as in suprise=surprise",
            },
            "align": {
                "type": whole(8, 1024),
                "default": 0,
                "metavar": "PX",
                "help": "for photos: cut each face out by its landmarks, as `lanet predict` does, "
                "and store it at this size (default: the image as it is)",
            },
        },
    ),
    "demo": Dataset(
        "synthetic faces; needs no source",
        {
            "train": {"type": whole(1), "metavar": "N", "help": "number of training images"},
            "test": {"type": whole(1), "metavar": "N", "help": "number of test images"},
            "size": {"type": whole(1), "metavar": "PX", "help": "side of the images"},
        },
        has_source=False,
    ),
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser(prog="lanet prepare", description=__doc__.splitlines()[0])
    names = parser.add_subparsers(dest="dataset", metavar="NAME", required=True)
    for name, dataset in DATASETS.items():
        command = names.add_parser(name, help=dataset.help, description=dataset.help)
        if dataset.has_source:
            command.add_argument(
                "--source", type=Path, required=True, metavar="DIR", help="where the dataset lies"
            )
            about = "npz, or the published code's torch file of 19 points (needs lanet_jax[port])"
            command.add_argument("--landmarks", type=Path, metavar="FILE", help=about)
        command.add_argument(
            "--data_dir",
            type=Path,
            default="~/tensorflow_datasets",
            metavar="DIR",
            help="default: ~/tensorflow_datasets",
        )
        command.add_argument(
            "--overwrite", action="store_true", help="prepare a finished dataset again"
        )
        for option, settings in dataset.options.items():
            command.add_argument(f"--{option}", **settings)
    return parser.parse_args(arguments)


@exit_on_user_error
def main(arguments: Sequence[str] | None = None) -> None:
    """Prepares the dataset that the command line names."""
    args = parse(sys.argv[1:] if arguments is None else arguments)
    dataset = DATASETS[args.dataset]
    options = {option: getattr(args, option) for option in dataset.options}
    data_dir = args.data_dir.absolute()
    if dataset.has_source:
        building.from_source(
            args.dataset, args.source, args.landmarks, data_dir, args.overwrite, options
        )
    else:
        given = {option: value for option, value in options.items() if value is not None}
        building.generated(args.dataset, data_dir, args.overwrite, given)


if __name__ == "__main__":
    main()
