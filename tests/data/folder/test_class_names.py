import pytest

from data.folder import class_names
from data.folder.source import list_source
from lanet_jax.classes import EXPRESSIONS, cleaned
from lanet_jax.errors import UserError


def _classes(*written, **renamed):
    return class_names.understand(written, renamed, "here")


def test_one_unknown_name_leaves_the_others_what_they_are():
    """Four classes in two spellings each, one of them misspelt: neither eight nor seven."""
    classes, remarks = _classes(
        "Anger", "Happy", "Sad", "Suprise", "anger", "happy", "sad", "suprise"
    )
    assert set(classes.values()) == {"anger", "happiness", "sadness", "Suprise"}
    assert list(dict.fromkeys(classes.values())) == ["anger", "happiness", "sadness", "Suprise"]
    assert classes["suprise"] == "Suprise"
    (named,) = [line for line in remarks if "did you mean" in line]
    assert named == (
        "class Suprise is not a known expression and is kept as its own class: did you mean "
        "surprise? --classes 'Suprise=surprise'"
    )


def test_other_classes_come_last_and_keep_their_names():
    classes, remarks = _classes("sad", "Pain")
    assert list(classes.values()) == ["sadness", "Pain"]
    assert any(line.startswith("class Pain is not a known expression (") for line in remarks)
    classes, remarks = _classes("Pain", "Rest")
    assert (list(classes.values()), remarks) == (["Pain", "Rest"], [])  # nothing to be known


@pytest.mark.parametrize(
    "written",
    [
        *(("pain", "PAIN"), ("pain", " pain "), ("d\u00e9go\u00fbt", "de\u0301gou\u0302t")),
        *(("pain", "pain\u200b"), ("very bad", "very  bad"), ("pain", "\ufeffpain")),
    ],
)
def test_spellings_of_one_class(written):
    classes, _ = _classes(*written, written[0], "x")
    assert classes[written[0]] == classes[written[1]]
    assert classes[written[0]] == cleaned(written[0])


@pytest.mark.parametrize("written", ["1.0", "1.00", "1.", " 1 ", "1,0"])
def test_floats_that_are_whole_are_one_class_with_the_whole(written):
    assert set(_classes("1", written)[0].values()) == {"1"}
    assert set(_classes("2.0", written)[0].values()) == {"1", "2"}


def test_numbers_with_leading_zeros_are_one_class_with_those_without():
    classes, remarks = _classes("01", "1", "1", "02")
    assert classes == {"1": "1", "01": "1", "02": "02"}
    assert remarks == ["one class in several spellings: 1 ('01', '1')"]


@pytest.mark.parametrize("text", ["a=x,a=y", "a=x,A=y", "a=x;b=y", "a=", "=x", "a"])
def test_what_does_not_say_one_class_for_each_is_refused(text):
    with pytest.raises(UserError, match="--classes"):
        class_names.parse(text)
    assert class_names.parse("a=x,A=x") == {"a": "x"}


def test_numbers_come_in_their_order():
    assert list(_classes("10", "9", "2", "x")[0].values()) == ["2", "9", "10", "x"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *(("suprise", "surprise"), ("Hapiness", "happiness"), ("sadnes", "sadness")),
        *(("0_neutral", "neutral"), ("disgut", "disgust"), ("3-fear", "fear"), ("pain", None)),
    ],
)
def test_the_nearest_class(name, meant):
    assert class_names.nearest(name) == meant


def test_renamed_classes():
    classes, remarks = _classes(
        "Suprise", "glad", "sad", **class_names.parse("suprise=Surprise,GLAD = calm")
    )
    assert classes == {"sad": "sadness", "Suprise": "surprise", "glad": "calm"}
    assert not any("did you mean" in line for line in remarks)
    with pytest.raises(
        UserError, match="--classes joy=happiness: here has no class of that name; it has sad"
    ):
        _classes("sad", **class_names.parse("joy=happiness"))
    with pytest.raises(UserError, match=r"WRITTEN=CLASS,\.\.\. was expected, found 'joy'"):
        class_names.parse("joy")


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_is_known_in_any_case(name):
    assert class_names.known(f" {name.upper()}") == name


def test_a_class_without_a_name(tmp_path, write):
    write(tmp_path / "tree" / " " / "1.jpg", b"")
    write(tmp_path / "tree" / "sad" / "1.jpg", b"")
    with pytest.raises(UserError, match="a class is called ' ': give it a name"):
        list_source(tmp_path / "tree")
