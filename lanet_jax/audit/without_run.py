"""An audit of labelled faces without any training, by a network's features and landmarks."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from lanet_jax.audit import findings, labelled_faces, outcome, presentation, witnesses
from lanet_jax.audit.options import Options
from lanet_jax.audit.witnesses import Witnesses
from lanet_jax.files import writable
from lanet_jax.from_config.data import Data
from lanet_jax.input.records import Records
from lanet_jax.label_noise import ranking, same_faces
from lanet_jax.label_noise.array_checks import PROBABILITIES
from lanet_jax.label_noise.of_arrays import LabelAudit, audit_labels
from lanet_jax.shipped import SHIPPED

_NAMES = {
    "expression": "features of the network",
    "landmark": "positions of brows, eyes and mouth",
    PROBABILITIES: "the network's own probabilities",
}


def probe(data: Data, model: Path | None = None) -> tuple[Witnesses, LabelAudit]:
    """Audits the labels of faces by all witnesses.

    Args:
      data: the faces, whose observed labels are judged.
      model: work folder of a run, or a model file; None for the bundled one.

    Returns:
      The witnesses, and the audit by their beliefs.

    Raises:
      UserError: the model or an image cannot be read, the model was trained on these faces, or
        there are too few.
    """
    return _judged(data, witnesses.read(data.train, model or SHIPPED))


def _judged(data: Data, found: Witnesses) -> tuple[Witnesses, LabelAudit]:
    # Landmarks that were found differ a little between a crop and its mirror image; the network's
    # features, averaged over both, do not.
    groups = same_faces.of([found.features["expression"]])
    told = same_faces.told(groups, data.given, data.train.names)
    audit = audit_labels(
        data.given, found.probabilities, found.features, data.train.classes, groups=groups
    )
    return dataclasses.replace(found, remarks=(*found.remarks, *told)), audit


def basis(audit: LabelAudit, remarks: Sequence[str]) -> str:
    """Says what an audit rests on, and why.

    Args:
      audit: audit of the faces by the probe.
      remarks: what was left out, and why.

    Returns:
      A sentence without its full stop.
    """
    shares = ", ".join(
        f"{_NAMES.get(name, name)} {weight:.0%}" for name, weight in audit.weights.items()
    )
    added = "".join(f"; {remark}" for remark in remarks)
    return (
        f"the pooled beliefs of witnesses that had not seen the face's label ({shares}), each "
        "weighted by how well it explains the observed labels; logistic regressions predict the "
        f"fifth of the records that they were not fitted to{added}"
    )


def audit_faces(
    source: Path,
    out: Path,
    look: Callable[[Records], Witnesses],
    options: Options,
    *,
    data_dir: Path,
    split: str,
    classes: str,
) -> None:
    """Writes `audit.csv` and `audit.html` in a folder, and prints what was found.

    Args:
      source: see `labelled_faces.load`.
      out: folder for the page and the table, made if absent.
      look: gives the witnesses of the faces.
      options: how the records are ranked and shown.
      data_dir: where prepared datasets lie.
      split: split of the source; "" as in `labelled_faces.load`.
      classes: see `labelled_faces.load`.

    Raises:
      UserError: source, model or images cannot be read, or there are too few faces.
    """
    # Asked before the faces are looked at, which takes minutes.
    writable.check_folder(out)
    faces = labelled_faces.load(source, data_dir, split, classes)
    data = Data(faces, faces.labels, None, {})
    seen, audit = _judged(data, look(faces))
    found = findings.without_run(seen, audit, options.candidates)
    comparison = findings.compare(audit.beliefs, data.given) if options.cleanlab else None
    out.mkdir(parents=True, exist_ok=True)
    page = presentation.of_faces(out, str(source), data, basis(audit, seen.remarks))
    asked = dataclasses.replace(options, rank=options.rank or ranking.PROBE)
    outcome.write(page, data, found, asked, comparison, f"labels of {source}", seen.remarks)
