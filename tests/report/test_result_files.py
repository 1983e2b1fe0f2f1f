import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.report import result_files


def test_evaluated_splits(full):
    (one,) = result_files.evaluated(full)
    assert (one.split, one.classes) == ("test", ["anger", "fear", "neutral"])
    np.testing.assert_array_equal(one.confusion, [[7, 2, 1], [0, 13, 4], [5, 0, 18]])
    assert one.calibration[0]["accuracy"] == 0.333


def test_distributions_by_hand(full):
    found = result_files.distributions(full)
    on_label = found.targets[range(5), found.given]
    np.testing.assert_allclose(on_label, [0.89, 0.8, 0.7, 0.3, 0.1])
    np.testing.assert_array_equal(found.wrong, [False, False, False, True, True])


def test_distributions_without_known_labels(full):
    path = full / "distributions.csv"
    path.write_text("id,name,given,true,anger,fear\n0,a.png,fear,,0.25,0.75\n")
    found = result_files.distributions(full)
    np.testing.assert_allclose(found.targets, [[0.25, 0.75]])
    assert found.wrong is None
    with path.open("a") as file:
        file.write("1,b.png,anger,fear,0.5,0.5\n")  # of one record only
    assert result_files.distributions(full).wrong is None


def test_distributions_must_be_of_the_records(full):
    assert (
        result_files.distributions(full, ["a.png", "b.png", "c.png", "d.png", "e.png"]) is not None
    )
    with pytest.raises(UserError, match=r"of other records than labels\.csv"):
        result_files.distributions(full, ["a.png", "b.png"])


@pytest.mark.parametrize("row", ["0,a.png,joy,,0.5,0.5", "0,a.png,fear,,x,0.5", "0,a.png,fear,,1"])
def test_damaged_distributions(full, row):
    (full / "distributions.csv").write_text(f"id,name,given,true,anger,fear\n{row}\n")
    with pytest.raises(UserError, match=r"distributions\.csv is damaged.*training command"):
        result_files.distributions(full)


def test_what_is_absent(bare):
    assert result_files.evaluated(bare) == []
    assert result_files.distributions(bare) is None


@pytest.mark.parametrize(
    "text", ["label,a,b\na,1,2\n", "label,a\na,x\n", "label,a\na,-1\n", "label,a\n"]
)
def test_what_is_no_confusion_matrix(full, text):
    (full / "evaluation" / "test" / "confusion.csv").write_text(text)
    with pytest.raises(UserError, match=r"confusion\.csv is not a confusion matrix.*evaluate"):
        result_files.evaluated(full)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "from,to,records,accuracy\n0,1,9,0.5\n",
        "from,to,records,confidence,accuracy\n0,1,9,0.5,x\n",
        "from,to,records,confidence,accuracy\n0,1,9,0.5\n",
    ],
)
def test_what_is_no_calibration(full, text):
    (full / "evaluation" / "test" / "calibration.csv").write_text(text)
    with pytest.raises(UserError, match=r"calibration\.csv holds no calibration.*evaluate"):
        result_files.evaluated(full)
