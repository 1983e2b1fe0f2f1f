"""What a report or a study reads of finished runs: refused by name, or of the right form."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.report import gallery, result_files, run_files
from lanet_jax.study import declaration, outcome

CLASSES = ["anger", "fear"]
CONFUSION = [["", *CLASSES], ["anger", "3", "1"], ["fear", "0", "12"]]
CALIBRATION = [["confidence", "accuracy", "count"], ["0.25", "0.5", "4"], ["0.75", "1.0", "12"]]
DISTRIBUTIONS = [
    ["id", "name", "given", "true", *CLASSES],
    ["0", "a.png", "anger", "fear", "0.25", "0.75"],
    ["1", "b.png", "fear", "fear", "0.5", "0.5"],
]
AGREEMENT = [["records", "count", "labels", "js"], ["all", "16", "given", "0.25"]]
NUMBERS = {"final": 0.5, "last5": 0.5, "oracle": 0.75, "best_step": 4}
SUMMARY = {"valid": NUMBERS, "labels": {"step": 4, "wrong_fitted": 0.25, "auroc": 0.75}}
STUDY = {"configs": {"c.py": {"seed": 0}}, "cells": {"ce/seed0": {"config": "c.py"}}}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
FAST = settings(max_examples=120, deadline=None)


def evaluation(folder):
    folder = folder / "evaluation" / "valid"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("confusion.csv", CONFUSION), ("calibration.csv", CALIBRATION)):
        (folder / name).write_text("".join(",".join(row) + "\n" for row in rows))
    (folder / "metrics.json").write_text('{"accuracy": 0.5}')
    return folder


@FAST
@given(st.data())
def test_an_evaluation(scratch, fuzz, data):
    folder = evaluation(scratch)
    name, rows = data.draw(
        st.sampled_from([("confusion.csv", CONFUSION), ("calibration.csv", CALIBRATION)])
    )
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(data.draw(fuzz.corrupted(whole) | fuzz.edited(rows)))
    found = fuzz.read(result_files.evaluated, scratch)
    if found is not None:
        (one,) = found
        size = len(one.classes)
        assert one.confusion.shape == (size, size) and np.issubdtype(one.confusion.dtype, int)
        assert all(isinstance(x, float) for row in one.calibration for x in row.values())


@FAST
@given(st.data())
def test_distributions(scratch, fuzz, data):
    path = scratch / "distributions.csv"
    whole = "".join(",".join(row) + "\n" for row in DISTRIBUTIONS).encode()
    path.write_bytes(data.draw(fuzz.corrupted(whole) | fuzz.edited(DISTRIBUTIONS)))
    found = fuzz.read(result_files.distributions, scratch)
    path.unlink()
    if found is not None:
        assert found.targets.shape[0] == len(found.given)
        assert ((found.given >= 0) & (found.given < max(found.targets.shape[1], 1))).all()


@FAST
@given(st.data())
def test_agreement(scratch, fuzz, data):
    whole = "".join(",".join(row) + "\n" for row in AGREEMENT).encode()
    content = data.draw(fuzz.corrupted(whole) | fuzz.edited(AGREEMENT))
    (scratch / "agreement.csv").write_bytes(content)
    fuzz.read(gallery.agreement, run_files.RunFiles(scratch, {}, "", []))


@FAST
@given(st.data())
def test_bytes_of_a_summary(scratch, fuzz, data):
    (scratch / "summary.json").write_bytes(data.draw(fuzz.corrupted(json.dumps(SUMMARY).encode())))
    found = fuzz.read(outcome.read, scratch)
    assert found is None or all(isinstance(x, float) for x in (found.final, found.last5))


@FAST
@given(st.sampled_from([*NUMBERS, "valid", "labels", "wrong_fitted", "auroc"]), VALUES)
def test_values_of_a_summary(scratch, fuzz, key, value):
    changed = {**SUMMARY, key: value} if key in SUMMARY else json.loads(json.dumps(SUMMARY))
    for part in ("valid", "labels"):
        if key in SUMMARY[part]:
            changed[part][key] = value
    (scratch / "summary.json").write_text(json.dumps(changed))
    found = fuzz.read(outcome.read, scratch)
    assert found is None or isinstance(found.best, float)


@FAST
@given(st.data())
def test_bytes_of_a_declaration(scratch, fuzz, data):
    path = scratch / "study.json"
    path.write_bytes(data.draw(fuzz.corrupted(json.dumps(STUDY).encode())))
    found = fuzz.read(declaration._read, path)
    assert found is None or all(isinstance(x, dict) for x in found["cells"].values())
