"""Evaluations as `lanet evaluate` writes them."""

import json

import numpy as np

from lanet_jax.files.atomic import write_csv

CLASSES = ["anger", "fear", "happiness"]


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def evaluation(folder, probabilities, labels, step=9, **known):
    folder.mkdir()
    rows = [
        (f"{row}.png", CLASSES[label], CLASSES[p.argmax()], *(f"{x:.6f}" for x in p))
        for row, (p, label) in enumerate(zip(probabilities, labels, strict=True))
    ]
    write_csv(folder / "predictions.csv", ("name", "label", "predicted", *CLASSES), rows)
    (folder / "metrics.json").write_text(json.dumps({"step": step, **known}))
    return folder
