"""A shard of an audit without a run: it only looks at its faces; the audit needs all of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lanet_jax.audit import labelled_faces, without_run, witnesses
from lanet_jax.audit.options import Options
from lanet_jax.audit.witnesses import Sight, Witnesses
from lanet_jax.errors import UserError
from lanet_jax.evaluate import trained_on
from lanet_jax.input.records import Records
from lanet_jax.shards import shard_file, together
from lanet_jax.shards.dealing import Shard
from lanet_jax.shards.shard_file import Part
from lanet_jax.trained import network_fingerprint

KIND = "audit"
_KINDS = {"probabilities": "f", "features": "f", "points": "f", "present": "b"}


def write(
    source: Path,
    out: Path,
    shard: Shard,
    model: Path,
    data_dir: Path,
    split: str,
    classes: str,
    options: Options,
) -> None:
    """Keeps what a network and the landmarks say of a shard's faces.

    Args:
      source: see `labelled_faces.load`.
      out: folder of the audit that all shards make together.
      shard: number of this shard, and of how many.
      model: see `without_run.probe`.
      data_dir: where prepared datasets lie.
      split: split of the source; "" as in `labelled_faces.load`.
      classes: see `labelled_faces.load`.
      options: what `merge` audits the faces with.

    Raises:
      UserError: source, model or images cannot be read, or the model was trained on these faces.
    """
    faces = labelled_faces.load(source, data_dir, split, classes)
    remarks = (*trained_on.remarks(model, faces.names), *witnesses.absent(faces))
    trained, own = witnesses.load(model), shard.places(faces.names)
    arrays = {}
    if own:
        sight = witnesses.look(faces.take(np.array(own)), trained)
        arrays = {name: getattr(sight, name) for name in _KINDS}
    known = list(trained.card["classes"])
    settings = {"model": network_fingerprint.of(trained)[:16], "remarks": remarks, "known": known}
    place = source.absolute() if source.exists() else source  # the name of a prepared dataset
    asked = {"source": str(place), "data_dir": str(data_dir.absolute())}
    settings |= {"split": split, "classes": classes, **options.settings}
    marks = labelled_faces.marks(faces)
    path = shard_file.write(out, shard, KIND, faces.names, settings, arrays, asked, marks)
    print(f"looked at {len(own)} of {len(faces)} faces: wrote {path}")


def merge(parts: Sequence[Part], out: Path, source: Path | None) -> None:
    """Audits all faces from what the shards saw.

    Args:
      parts: every shard of the audit, each once.
      out: folder of the audit.
      source: where the faces lie now; None for where the first shard had them.

    Raises:
      UserError: the faces are not those that the shards saw, or there are too few of them.
    """
    settings, asked = parts[0].settings, parts[0].asked
    known, remarks = tuple(settings["known"]), tuple(settings["remarks"])
    place = source or Path(asked["source"])

    def look(faces: Records) -> Witnesses:
        if shard_file.listing([*faces.names, *labelled_faces.marks(faces)]) != parts[0].listing:
            raise UserError(f"{place} has other faces than the shards saw: run them again")
        columns = {name: together.column(parts, name, kind) for name, kind in _KINDS.items()}
        return witnesses.heard(faces, Sight(**columns, known=known, remarks=remarks))

    without_run.audit_faces(
        place,
        out,
        look,
        Options.read(settings),
        data_dir=Path(asked["data_dir"]),
        split=settings["split"],
        classes=settings["classes"],
    )
