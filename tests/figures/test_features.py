import numpy as np
import pytest
from matplotlib.colors import to_hex
from threadpoolctl import threadpool_limits

from lanet_jax.figures import features, style
from lanet_jax.figures.style import NotDrawnError


def test_neighbours_stay_neighbours(look):
    seen = look()
    with threadpool_limits(1):  # threads that wait for each other take minutes on a busy machine
        places = features.embed(seen.features, seed=0)
    middle = [places[seen.true == c].mean(axis=0) for c in (0, 1)]
    own = [np.linalg.norm(places[seen.true == c] - middle[c], axis=1).max() for c in (0, 1)]
    assert np.linalg.norm(middle[0] - middle[1]) > sum(own)


@pytest.fixture(autouse=True)
def quick(request, monkeypatch):
    """t-SNE only where it is what is tested."""
    if "neighbours" not in request.node.name and "few" not in request.node.name:
        monkeypatch.setattr(features, "embed", lambda x, seed: x[:, :2])


def _colors(axes):
    """Colour of each drawn place."""
    return {
        tuple(place): to_hex(part.get_facecolor()[0])
        for part in axes.collections
        for place in part.get_offsets()
    }


def test_the_same_places_by_given_and_by_true_label(look):
    seen = look()
    given, true = features.draw([seen]).axes
    assert [axes.get_title() for axes in (given, true)] == [
        "CE: observed labels",
        "CE: true labels",
    ]
    colors = [color for color, _ in style.class_style(seen.classes)]
    for axes, labels in ((given, seen.given), (true, seen.true)):
        expected = {
            tuple(place): colors[label]
            for place, label in zip(seen.features[:, :2], labels, strict=True)
        }
        assert _colors(axes) == expected


def test_several_checkpoints_are_columns(look):
    axes = features.draw([look("CE"), look("LA-Net"), look("SCN")]).axes
    assert [one.get_title() for one in axes] == ["CE", "LA-Net", "SCN", "", "", ""]
    assert [one.get_ylabel() for one in axes][::3] == ["observed labels", "true labels"]


def test_without_the_truth_only_the_given_labels_are_drawn(look):
    (axes,) = features.draw([look(known=False)]).axes
    assert axes.get_title() == "CE: observed labels"


def test_too_few_records(look):
    with pytest.raises(NotDrawnError, match="9 records are too few"):
        features.embed(look().features[:9], seed=0)
