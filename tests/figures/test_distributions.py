import numpy as np
import pytest
from matplotlib.colors import to_hex

from lanet_jax.figures import style
from lanet_jax.figures.distributions import Example, draw, groups_of
from lanet_jax.figures.style import NotDrawnError

NAN = np.nan
CLASSES = ("anger", "fear", "neutral")
VOTES = np.array([[0.9, 0.1, 0], [0.5, 0.5, 0], [0.4, 0.3, 0.3], [0, 0.2, 0.8], [NAN, NAN, NAN]])
TARGETS = np.array([[0.6, 0.2, 0.2], [0.1, 0.8, 0.1], [0.4, 0.3, 0.3], [0, 0, 1], [1, 0, 0]])


def _members(groups):
    return {title: list(np.flatnonzero(members)) for title, members in groups.items()}


def test_groups_where_truth_and_votes_are_known():
    given, true = np.array([0, 1, 0, 0, 0]), np.array([0, 0, 0, 2, 0])
    assert _members(groups_of(given, true, VOTES, TARGETS)) == {
        "Wrong label": [1, 3],
        "Ambiguous: no majority": [2],
        "Right label": [0],
    }


def test_groups_by_votes_alone():
    given = np.array([0, 1, 1, 2, 0])  # the second shares the first place
    assert _members(groups_of(given, None, VOTES, TARGETS)) == {
        "Wrong label": [2],
        "Ambiguous: no majority": [1],
        "Right label": [0, 3],
    }


def test_groups_by_truth_alone():
    given, true = np.array([0, 1, 0, 0, 0]), np.array([0, 0, 0, 2, 0])
    found = _members(groups_of(given, true, None, TARGETS))
    assert found == {"Wrong label": [1, 3], "Right label": [0, 2, 4]}


def test_groups_by_targets_alone():
    found = _members(groups_of(np.array([0, 0, 0, 2, 1]), None, None, TARGETS))
    assert found == {"Label doubted by the target": [1, 4], "Label kept": [0, 2, 3]}


def _example(votes=None, true=1):
    image = np.zeros((8, 8, 3), np.uint8)
    return Example(image, given=0, true=true, votes=votes, target=np.array([0.1, 0.6, 0.3]))


def test_bars_are_the_shares_and_names_say_which_labels_they_are():
    figure = draw({"Wrong label": [_example(np.array([0.2, 0.7, 0.1]))]}, CLASSES)
    _, axes = figure.subfigs[0].axes
    votes, target = (
        [patch.get_width() for patch in axes.patches[part]] for part in (slice(3), slice(3, 6))
    )
    np.testing.assert_allclose([votes, target], [[0.2, 0.7, 0.1], [0.1, 0.6, 0.3]])
    assert [(text.get_text(), text.xy[1]) for text in axes.texts] == [("observed", 0), ("true", 1)]
    colors = [to_hex(label.get_color()) for label in axes.get_yticklabels()]
    assert colors[:2] == [style.WRONG, style.INK]


def test_a_right_label_is_named_once_and_without_votes_there_is_one_bar_a_class():
    figure = draw({"Right label": [_example(true=0)]}, CLASSES)
    _, axes = figure.subfigs[0].axes
    assert len(axes.patches) == 3
    assert [text.get_text() for text in axes.texts] == ["observed"]
    assert to_hex(axes.get_yticklabels()[0].get_color()) == style.INK


def test_a_group_without_images_has_no_column():
    figure = draw({"Wrong label": [], "Right label": [_example(), _example()]}, CLASSES)
    assert [part.get_suptitle() for part in figure.subfigs] == ["Right label"]
    assert len(figure.subfigs[0].axes) == 4
    with pytest.raises(NotDrawnError):
        draw({"Wrong label": []}, CLASSES)
