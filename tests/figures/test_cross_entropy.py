import math

import numpy as np
import pytest

from lanet_jax.figures import cross_entropy
from lanet_jax.figures.style import NotDrawnError


def test_by_hand(look):
    found = cross_entropy.cross_entropy(look())
    np.testing.assert_allclose(found[:4], math.log(5))
    np.testing.assert_allclose(found[4:], -math.log(0.8))


def _outlines(axes):
    """Heights of the steps of both groups."""
    from matplotlib.patches import Polygon

    found = []
    for patch in axes.patches:
        if isinstance(patch, Polygon) and not patch.get_fill():
            found.append(patch.get_xy())
    return found


def test_each_group_s_shares_and_what_is_beyond_the_axis(look):
    # 36 right labels at 0.223; of four wrong ones three at 1.609 and one far out.
    p = look().probabilities.copy()
    p[0, look().given[0]] = 1e-9
    axes = cross_entropy.draw([look(probabilities=p)]).axes[0]
    right, wrong = _outlines(axes)
    assert right[:, 1].max() == pytest.approx(1)
    assert wrong[:, 1].max() == pytest.approx(0.75)
    assert wrong[-2, 1] == pytest.approx(0.25)  # the last bin
    assert axes.get_xlim()[1] < 20


def test_what_is_said_of_each_checkpoint(look):
    figure = cross_entropy.draw([look("CE"), look("LA-Net", probabilities=np.full((40, 2), 0.5))])
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    # Nothing fitted and all found; ties predict class 0, which two wrong labels are.
    assert said == [
        "0% of the wrong labels fitted, AUROC of finding them 1.000",
        "50% of the wrong labels fitted, AUROC of finding them 0.500",
    ]
    assert [axes.get_title() for axes in figure.axes] == ["CE", "LA-Net"]


def test_without_known_wrong_labels_there_is_no_figure(look):
    with pytest.raises(NotDrawnError, match=r"not known.*noise\.truth_known=True"):
        cross_entropy.draw([look(), look(known=False)])
    with pytest.raises(NotDrawnError, match="none of the training labels"):
        cross_entropy.draw([look(given=look().true)])
    with pytest.raises(NotDrawnError, match="is right"):
        cross_entropy.draw([look(given=1 - look().true)])
