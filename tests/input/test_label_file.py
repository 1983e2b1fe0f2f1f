from lanet_jax.input import label_file
from lanet_jax.input.named_rows import Line


def _read(tmp_path, text):
    (tmp_path / "labels").write_text(text)
    return label_file.read(tmp_path / "labels")


def test_ours_gives_class_names_and_what_a_review_left_open(tmp_path):
    file = _read(tmp_path, "name,given,true\na.png,joy,fear\nb.png,fear,\n")
    assert file.lines == [Line(2, "a.png", "joy"), Line(3, "b.png", "fear")]
    assert file.truths == [Line(2, "a.png", "fear")]
    assert not (file.is_numbered or file.is_review or file.undecided)
    file = _read(tmp_path, "name,given,decision\na.png,joy,keep\nb.png,fear,Conflict\n")
    assert (file.is_review, file.truths, file.undecided) == (True, [], [3])


def test_a_peers_gives_numbers_and_the_originals_of_its_third_column(tmp_path):
    file = _read(tmp_path, "a.png 5 1\n\nb.png,05\n")
    assert file.lines == [Line(1, "a.png", "5"), Line(3, "b.png", "5")]
    assert file.truths == [Line(1, "a.png", "1")]
    assert file.is_numbered and not (file.is_review or file.undecided)
