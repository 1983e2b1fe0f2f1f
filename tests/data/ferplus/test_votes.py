import pytest

from data.ferplus.votes import COLUMNS, argmax8, argmax10, majority


def _votes(**counts):
    return tuple(counts.get(column, 0) for column in COLUMNS)


@pytest.mark.parametrize(
    ("votes", "eight", "ten", "most"),
    [
        # A clear case: 8 of 10.
        (_votes(happiness=8, neutral=2), "happiness", "happiness", "happiness"),
        # The first column wins a tie; 4 of 8 heard votes is no more than half.
        (_votes(neutral=4, surprise=4, sadness=1, anger=1), "neutral", "neutral", None),
        # Single votes are dropped first: 4 of 7 heard votes are more than half, 4 of 10 are not.
        (
            _votes(fear=4, surprise=3, sadness=1, anger=1, neutral=1),
            "fear",
            "fear",
            "fear",
        ),
        # unknown has most votes: only argmax8 looks past it.
        (_votes(contempt=3, unknown=6, NF=1), "contempt", None, None),
        # A tie with unknown goes to the emotion, whose column comes first.
        (_votes(disgust=5, unknown=5), "disgust", "disgust", None),
        # NF by majority.
        (_votes(anger=1, NF=9), "anger", None, None),
        # No emotion vote at all.
        (_votes(unknown=4, NF=6), None, None, None),
        # Only single votes: nothing is heard.
        (_votes(anger=1, fear=1, sadness=1), "sadness", "sadness", None),
        (_votes(), None, None, None),
    ],
)
def test_rules(votes, eight, ten, most):
    assert (argmax8(votes), argmax10(votes), majority(votes)) == (eight, ten, most)
