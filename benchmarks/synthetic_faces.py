"""Measures how hard the demo's synthetic faces are, by simple classifiers on the true labels.

python -m benchmarks.synthetic_faces --data_dir DIR
"""

import argparse

import cv2
import numpy as np
from jaxtyping import Float
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import report
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.input import records
from lanet_jax.input.records import Records


def aligned(points: Float[np.ndarray, "N L 2"], mean: Float[np.ndarray, "L 2"]) -> np.ndarray:
    """Landmarks aligned to the mean shape by a similarity, each row flattened: [N, 2 L]."""
    flat = (points - points.mean(axis=1, keepdims=True)) @ np.array([1, 1j])
    target = (mean - mean.mean(axis=0)) @ np.array([1, 1j])
    turn = (flat.conj() @ target) / (np.abs(flat) ** 2).sum(axis=1)
    flat = flat * turn[:, None]
    return np.concatenate([flat.real, flat.imag], axis=1)


def features(split: Records, mean: Float[np.ndarray, "L 2"] | None) -> tuple[dict, np.ndarray]:
    """Features for each classifier.

    Args:
      split: records to read.
      mean: landmarks to align to; None takes the mean of these records.

    Returns:
      The features [N, ...] by name of the classifier, and the mean landmarks.
    """
    images, points, _ = zip(*(split.read(row, 0) for row in range(len(split))), strict=True)
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
    points = np.stack(points)
    mean = points.mean(axis=0) if mean is None else mean
    seen = {
        "exact landmarks, aligned": aligned(points, mean),
        "200 principal components of the pixels": np.stack(grey).reshape(len(grey), -1) / 255.0,
    }
    return seen, mean


def main() -> None:
    """Prints the accuracy of logistic regression on each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", required=True, help="where `data.prepare demo` wrote")
    data_dir = parser.parse_args().data_dir
    train, test = (records.load(data_dir, "demo", split) for split in ("train", "test"))
    seen, mean = features(train, None)
    tested, _ = features(test, mean)
    rows = []
    for name in seen:
        steps = [PCA(200, random_state=0)] if "components" in name else []
        classifier = make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=1000))
        classifier.fit(seen[name], train.labels)
        rows.append((name, f"{100 * classifier.score(tested[name], test.labels):.1f}"))
    report.show(("logistic regression on", "accuracy, %"), rows, [])


if __name__ == "__main__":
    exit_on_user_error(main)()
