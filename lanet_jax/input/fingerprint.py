"""Fingerprints of prepared data, which tell them from other data wherever they lie."""

import hashlib
import json

import numpy as np

from lanet_jax.input.records import Records

Fingerprint = dict[str, str]  # part of the data: its SHA-256


def of(records: Records) -> Fingerprint:
    """The digests of records, to which a run is bound.

    Args:
      records: records of a split, in their order.

    Returns:
      SHA-256 of names, labels (with the classes), votes, landmarks (with their scheme) and images;
      parts that the data lacks are left out.
    """
    found = {
        "names": _sum(list(records.names)),
        "labels": _sum(list(records.classes), records.labels),
    }
    if records.votes is not None:
        found["votes"] = _sum(list(records.vote_names), records.votes)
    if records.marks is not None:
        scheme = [records.scheme, list(records.flip_index)]
        found["landmarks"] = _sum(scheme, records.marks.points, records.marks.present)
    if records.digests is not None:
        found["images"] = _sum([], records.digests)
    return found


def _sum(texts: list, *arrays: np.ndarray) -> str:
    digest = hashlib.sha256(json.dumps(texts).encode())
    for array in arrays:
        kind = {"i": np.int64, "u": np.int64, "f": np.float32}.get(array.dtype.kind, array.dtype)
        kind = array.dtype if array.dtype == np.uint8 else kind
        digest.update(np.ascontiguousarray(array, kind).tobytes())
    return digest.hexdigest()
