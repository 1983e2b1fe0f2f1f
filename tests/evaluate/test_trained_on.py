"""Whether a network knows the faces that it is asked about, by names alone."""

import json

import pytest

from lanet_jax.errors import UserError
from lanet_jax.evaluate import trained_on
from lanet_jax.from_config import fields
from lanet_jax.shipped import SHIPPED

NAMES = tuple(f"joy/{i}.jpg" for i in range(10))


def _run(folder, names, datasets=("mine",), **data):
    config = fields.get_config()
    config.data.train = datasets
    config.data.update(data)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    rows = [f"{name},joy,joy" for name in names]
    (folder / "labels.csv").write_text("\n".join(["name,given,true", *rows]) + "\n")
    return folder


def test_a_run_does_not_judge_what_it_memorised(tmp_path):
    run = _run(tmp_path / "run", NAMES)
    with pytest.raises(UserError, match=r"run was trained on 10 of these 10 faces.*--workdir="):
        trained_on.remarks(run, NAMES)
    others = tuple(f"fear/{i}.jpg" for i in range(100, 120))
    assert trained_on.remarks(run, others) == ()
    [told] = trained_on.remarks(run, (*others, *NAMES[:3]))
    assert "trained on 3 of these 23 faces" in told


@pytest.mark.parametrize(
    ("trained", "asked"),
    [
        ("train/joy/{}.jpg", "joy/{}.jpg"),  # a folder of it
        ("joy/{}.jpg", "faces/Joy/{}.PNG"),  # in one of another name, converted
        ("joy/{}.jpg", "joy\\{}.jpg"),
        ("{}.jpg", "{}.jpg"),
    ],
)
def test_names_fit_however_they_are_written(tmp_path, trained, asked):
    run = _run(tmp_path / "run", [trained.format(i) for i in range(10)])
    with pytest.raises(UserError, match="10 of these 10"):
        trained_on.remarks(run, [asked.format(i) for i in range(10)])


def test_file_names_alone_prove_nothing(tmp_path):
    run = _run(tmp_path / "run", NAMES)
    for names in ([f"sad/{i}.jpg" for i in range(10)], [f"{i}.jpg" for i in range(10)]):
        [told] = trained_on.remarks(run, names)
        assert told.startswith(
            "run was trained on faces in other folders that have the file names of 10 "
        )


def test_what_a_run_held_out_it_may_judge(tmp_path):
    run = _run(tmp_path / "run", NAMES, holdout=0.3)
    own = trained_on.trained_names(run)
    assert len(own) == 7
    held = tuple(set(NAMES) - own)
    assert trained_on.remarks(run, held) == ()


def test_names_fit_with_a_dataset_s_name_before_them(tmp_path):
    several = [f"a/b/{name}" for name in NAMES[:5]] + [f"c/{name}" for name in NAMES[5:]]
    run = _run(tmp_path / "run", several, ("a/b", "c"))
    with pytest.raises(UserError, match="10 of these 10"):
        trained_on.remarks(run, NAMES)
    with pytest.raises(UserError, match="10 of these 10"):
        trained_on.remarks(run, several)
    one = _run(tmp_path / "one", NAMES)
    with pytest.raises(UserError, match="10 of these 10"):
        trained_on.remarks(one, several)


def test_a_model_file_does_not_say(tmp_path):
    [told] = trained_on.remarks(tmp_path / "mine.safetensors", NAMES)
    assert told.startswith("mine.safetensors does not say which faces it was trained on")


def test_the_bundled_network_knows_ferplus_train_split():
    assert trained_on.remarks(SHIPPED, ("fer0028638.png", "x/fer0032219.png", *NAMES)) == ()
    [told] = trained_on.remarks(SHIPPED, ("fer0028637.png", "x/fer0000000.jpg", *NAMES))
    assert told.startswith("the bundled network was trained on 2 of these 12 faces, by their names")


def test_an_export_of_the_bundled_network_knows_as_much(tmp_path):
    card = json.loads(SHIPPED.with_suffix(".json").read_text()) | {"temperature": 0.5}
    (tmp_path / "own.json").write_text(json.dumps(card))
    [told] = trained_on.remarks(tmp_path / "own.safetensors", ("fer0000000.png",))
    assert told.startswith("the bundled network was trained on 1 of these 1 faces, by their names")


def test_a_run_beside_an_export_of_its_name_is_still_the_run(tmp_path):
    run = _run(tmp_path / "own", NAMES)
    (tmp_path / "own.json").write_bytes(SHIPPED.with_suffix(".json").read_bytes())
    with pytest.raises(UserError, match="own was trained on 10 of these 10 faces"):
        trained_on.remarks(run, NAMES)
