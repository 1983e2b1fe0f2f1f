"""What can be known before the data are read is said before they are."""

import types

import jax
import pytest

from configs import demo, folder
from lanet_jax import main
from lanet_jax.errors import UserError
from lanet_jax.from_config import before_reading, config
from lanet_jax.input import records

CLASSES = ("anger", "fear")


class Data:
    """Prepared datasets, as far as they describe themselves."""

    def __init__(self):
        self.datasets = {}

    def add(self, name, classes=CLASSES, landmarks=5, scheme="5", votes=(), **splits):
        counts = {s: types.SimpleNamespace(num_examples=n) for s, n in splits.items()}
        points = types.SimpleNamespace(shape=(landmarks, 2))
        features = {"landmarks": points} if landmarks else {}
        info = types.SimpleNamespace(splits=counts, features=features)
        described = {"classes": list(classes), "scheme": scheme, "votes": list(votes)}
        self.datasets[name] = (types.SimpleNamespace(info=info), described)


@pytest.fixture
def data(monkeypatch):
    def newest_version(data_dir, name):
        if name not in found.datasets:
            raise UserError(f"no prepared data in {name}")
        return name

    found = Data()
    found.add("demo", train=24, test=8)
    monkeypatch.setattr(before_reading.prepared, "newest_version", newest_version)
    monkeypatch.setattr(before_reading.prepared, "open_builder", found.datasets.__getitem__)

    def unread(*_):
        raise AssertionError("a record was read")

    monkeypatch.setattr(records, "load", unread)
    return found


@pytest.fixture
def refused(data, tmp_path, monkeypatch):
    """The line that the command for training ends with, before it has read a record."""

    def call(**changes):
        c = demo.get_config("tiny")
        settings = {"data.limit": 0, "optim.batch_size": 8, "el.queue_size": 32}
        c.update_from_flattened_dict({**settings, **changes})
        monkeypatch.setattr(main, "CONFIG", types.SimpleNamespace(value=c))
        with pytest.raises(UserError) as caught:
            main._run(tmp_path / "run", None)
        assert not (tmp_path / "run").exists()
        return str(caught.value)

    return call


class Device:
    def __init__(self, process_index, id):
        self.process_index, self.id = process_index, id


def devices(*hosts):
    """So many devices of each host."""
    return [Device(host, i) for host, count in enumerate(hosts) for i in range(count)]


@pytest.mark.parametrize(
    ("hosts", "line"),
    [
        ((3,), "--config.optim.batch_size=8: must be a multiple of the 3 devices, such as 6 or 9"),
        ((16,), "--config.optim.batch_size=8: must be a multiple of the 16 devices, such as 16"),
        (
            (3, 3),
            "--config.optim.batch_size=8: must be a multiple of the 6 devices of 2 processes, "
            "such as 6 or 12",
        ),
        (
            (1, 3),
            "the processes of this run have different numbers of devices (process 0 has 1, process "
            "1 has 3): start each with as many as the others",
        ),
    ],
)
def test_devices_that_cannot_share_a_batch(refused, monkeypatch, hosts, line):
    monkeypatch.setattr(jax, "devices", lambda: devices(*hosts))
    assert refused() == line


def test_a_queue_that_does_not_fit_the_batch(refused):
    assert "--config.el.queue_size=36: must be a multiple of" in refused(**{"el.queue_size": 36})


def test_a_dataset_or_split_that_is_not_there(refused):
    assert refused(**{"data.train": ("other",)}) == "no prepared data in other"
    assert refused(**{"data.test": ("other",)}) == "no prepared data in other"
    line = refused(**{"data.test_split": ("valid",)})
    assert "has no split 'valid', it has: test, train; set --config.data.test_split" in line
    for advice in ("--holdout=0.1", "--config.data.holdout=0.1"):
        assert advice in line
    assert "has no split 'all'" in refused(**{"data.train_split": "all"})


@pytest.mark.parametrize("field", ["data.train", "data.test"])
def test_classes_that_differ(refused, data, field):
    data.add("seven", classes=(*CLASSES, "joy"), train=24, test=8)
    datasets = ("demo", "seven") if field == "data.train" else ("seven",)
    told = refused(**{field: datasets})
    assert told.startswith("seven has classes anger, fear, joy, demo has anger, fear: if only one ")
    assert "otherwise prepare both with the same classes" in told


@pytest.mark.parametrize(
    ("changes", "left"),
    [({}, 24), ({"data.limit": 10}, 10), ({"data.holdout": 0.25}, 18)],
)
def test_fewer_records_than_a_batch(refused, changes, left):
    line = refused(**changes, **{"optim.batch_size": 32})
    assert line.startswith(
        f"{left} training records do not fill a batch of 32: lower --config.optim"
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"data.holdout": 0.01}, "--config.data.holdout=0.01 holds out 0 of 24 training records"),
        ({"data.holdout": 0.99}, "--config.data.holdout=0.99 holds out 24 of 24"),
        ({"data.holdout": 0.25, "data.fold": 4}, "data.fold=4: data.holdout=0.25 makes 4 parts"),
        ({"optim.epochs": 10**9}, "--config.optim.epochs=1000000000: of 3 steps each"),
        (
            {"optim.epochs": 3, "profile.steps": 5},
            "--config.profile.start=20 is after the run's last step, 9: lower it, to 5 or less",
        ),
    ],
)
def test_parts_epochs_and_traces_that_cannot_be(refused, changes, named):
    assert named in refused(**changes)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, "method=lanet needs landmarks, and the prepared bare has none"),
        (
            {"method": "ce", "ce.targets": "votes", "noise.kind": "none"},
            "bare has no annotator votes",
        ),
    ],
)
def test_data_that_lack_what_is_asked_for(refused, data, changes, named):
    data.add("bare", landmarks=0, scheme="", train=24, test=8)
    assert named in refused(**{"data.train": ("bare",), **changes})


def test_data_without_landmarks_may_be_trained_on_in_three_ways(refused, data):
    data.add("bare", landmarks=0, scheme="", train=24, test=8)
    without = "--config.landmarks.enabled=False --config.lde.spaces=expression --config.el."
    for way in ("`lanet landmarks`", "--landmarks FILE", f"{without}enabled=False", "method=ce"):
        assert way in refused(**{"data.train": ("bare",)})
    flags = {"landmarks.enabled": False, "lde.spaces": "expression", "el.enabled": False}
    c = demo.get_config("tiny")
    c.update_from_flattened_dict({"data.train": ("bare",), "data.limit": 0, **flags})
    c.optim.batch_size = 8
    before_reading.check(config.resolve(c))


def test_a_mixture_of_two_landmark_schemes(refused, data):
    data.add("other", landmarks=68, scheme="68", train=24, test=8)
    assert refused(**{"data.train": ("demo", "other")}) == (
        "other has 68 landmarks (68), demo has 5 landmarks (5): to mix them, prepare both with "
        "landmark files of one scheme"
    )


def test_votes_of_several_datasets(refused, data):
    data.add("other", votes=CLASSES, train=24, test=8)
    votes = {"method": "ce", "ce.targets": "votes", "noise.kind": "none"}
    assert "votes of several datasets are not mixed" in refused(
        **{"data.train": ("demo", "other"), **votes}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"noise.kind": "file", "noise.file": "/nowhere/labels.csv"},
        {"model.pretrained": "/nowhere/weights.safetensors"},
    ],
)
def test_a_file_that_is_not_there(refused, changes):
    assert "/nowhere/" in refused(**changes)


def test_files_that_a_run_needs_no_more_may_be_gone(data, tmp_path):
    c = demo.get_config("tiny")
    c.noise.kind, c.noise.file = "file", "/nowhere/labels.csv"
    c.model.pretrained = "/nowhere/weights.safetensors"
    c.data.limit, c.optim.batch_size, c.el.queue_size = 0, 8, 32
    (tmp_path / "labels.csv").touch()
    (tmp_path / "checkpoints" / "3").mkdir(parents=True)
    resolved = config.resolve(c)
    before_reading.check(resolved)
    before_reading.check_files(resolved, tmp_path)


def test_what_the_data_are_to_choose_is_not_asked_for_yet(data):
    data.add("mine", train=4)
    c = config.resolve(folder.get_config("small"))
    assert c.optim.batch_size == 0 and c.data.test == ("mine",)
    before_reading.check(c)
