import numpy as np
import pytest

from lanet_jax.figures.drawn_from import Look


@pytest.fixture(scope="session")
def look():
    """A checkpoint's word on 40 records of two classes; the first four labels are wrong."""

    def make(label="CE", known=True, **changes):
        rng = np.random.default_rng(0)
        true = np.arange(40) % 2
        given = np.where(np.arange(40) < 4, 1 - true, true)
        features = rng.normal(size=(40, 5)) + 30 * true[:, None]
        p = np.where(np.eye(2)[true] > 0, 0.8, 0.2)
        fields = {"given": given, "probabilities": p, "features": features, **changes}
        return Look(label, ("fear", "anger"), true=true if known else None, **fields)

    return make
