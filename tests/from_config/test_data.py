"""The parts of the training set that runs keep aside."""

import numpy as np
import pytest

from configs import demo
from lanet_jax.errors import UserError
from lanet_jax.from_config import data as build_data
from lanet_jax.input import noise
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records
from lanet_jax.input.streams import Purpose, stream
from lanet_jax.run import folder as run_folder
from lanet_jax.run import inputs

RECORDS = 23


@pytest.fixture
def config(monkeypatch):
    rows = np.arange(RECORDS)
    names = tuple(f"{row:02}.png" for row in rows)
    labels, classes = rows % 3, ("anger", "fear", "neutral")
    records = Records(
        ((),), 0 * rows, rows, names, labels, classes, 0, "", (), None, (), Memory(RECORDS)
    )
    monkeypatch.setattr(build_data, "splits", lambda *_: {"test": records})
    c = demo.get_config()
    c.method = "ce"
    c.data.limit = 0
    c.data.holdout = 0.25
    return c


def test_the_folds_of_a_holdout_are_each_kept_aside_once(config, tmp_path):
    held = []
    for fold in range(4):
        config.data.fold = fold
        data = build_data.data(config, tmp_path)
        out = data.evaluate[build_data.HOLDOUT]
        assert not set(out.names) & set(data.train.names)
        assert len(out) + len(data.train) == RECORDS
        given = dict(zip(out.names, out.labels, strict=True))
        given |= dict(zip(data.train.names, data.given, strict=True))
        held.append(out.names)
        assert given == held_labels(config, tmp_path)  # the same noise in every fold
    assert [len(names) for names in held] == [6, 6, 6, 5]
    assert len(set(sum(held, ()))) == RECORDS


def held_labels(config, workdir):
    whole = config.copy_and_resolve_references()
    whole.data.holdout = 0.0
    data = build_data.data(whole, workdir)
    assert np.any(data.given != data.true)
    return dict(zip(data.train.names, data.given, strict=True))


def test_a_fold_beyond_the_last_is_said(config, tmp_path):
    config.data.fold = 4
    with pytest.raises(UserError, match=r"data\.fold=4.*makes 4 parts"):
        build_data.data(config, tmp_path)


@pytest.mark.parametrize("split", ["train", "labels", "spaces", "holdout"])
def test_a_split_named_like_rows_of_the_log_is_told_apart(config, tmp_path, monkeypatch, split):
    [records] = build_data.splits().values()
    monkeypatch.setattr(build_data, "splits", lambda _, __, names: {names[0]: records})
    config.data.test, config.data.test_split = ("others/faces",), (split,)
    data = build_data.data(config, tmp_path)
    assert list(data.evaluate) == [f"{split}-others-faces", build_data.HOLDOUT]


def test_a_list_of_all_splits_reads_and_another_splits_lines_change_nothing(
    config, tmp_path, monkeypatch
):
    elsewhere = [f"valid/{row:02}.png" for row in range(5)]
    monkeypatch.setattr(build_data.records_table, "names_elsewhere", lambda *_: elsewhere)
    lines = ["name,given,true", "00.png,neutral,", *(f"{name},fear," for name in elsewhere)]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    config.data.holdout = 0.0
    config.noise.kind, config.noise.file = "file", str(tmp_path / "list.csv")
    given = build_data.data(config, tmp_path).given
    assert given.tolist() == [2, *(row % 3 for row in range(1, RECORDS))]


@pytest.mark.parametrize("seed", range(10))
def test_held_out_labels_are_wrong_as_often_as_the_others(config, tmp_path, monkeypatch, seed):
    """Streams that are one would hold out the records that the noise was drawn for."""
    records = 2000
    rows = np.arange(records)
    many = Records(
        ((),),
        0 * rows,
        rows,
        tuple(map(str, rows)),
        rows % 3,
        ("anger", "fear", "neutral"),
        0,
        "",
        (),
        None,
        (),
        Memory(records),
    )
    monkeypatch.setattr(build_data, "splits", lambda *_: {"test": many})
    config.seed = config.noise.seed = seed
    config.data.holdout = 0.1
    rates = []
    for fold in (0, 1, 9):
        config.data.fold = fold
        held = build_data.data(config, tmp_path).evaluate[build_data.HOLDOUT]
        true = np.array([int(name) % 3 for name in held.names])
        rates.append(np.mean(held.labels != true))
    # 200 records at a rate of 0.3: four standard errors are 0.13.
    np.testing.assert_allclose(rates, 0.3, atol=0.13)


def drawn(purpose, seed, records, count):
    bits = stream(purpose, seed).random_raw(records)
    return np.sort(np.argsort(bits, kind="stable")[:count])


def test_the_run_s_seed_draws_the_records_and_the_noise_has_its_own(config, tmp_path, monkeypatch):
    monkeypatch.setattr(build_data, "framed", lambda c, train: train.names)
    config.data.limit, config.data.holdout = 9, 1 / 3
    config.seed, config.noise.seed = 3, 5
    data = build_data.data(config, tmp_path)
    rows = drawn(Purpose.LIMIT, 3, RECORDS, 9)
    out = drawn(Purpose.HOLDOUT, 3, 9, 3)
    kept, held = np.delete(rows, out), rows[out]
    given = noise.symmetric(rows % 3, 3, config.noise.rate, 5, config.noise.exact)
    assert data.train.names == tuple(f"{row:02}.png" for row in kept)
    assert data.evaluate[build_data.HOLDOUT].names == tuple(f"{row:02}.png" for row in held)
    np.testing.assert_array_equal(data.given, np.delete(given, out))
    np.testing.assert_array_equal(data.true, kept % 3)
    np.testing.assert_array_equal(data.evaluate[build_data.HOLDOUT].labels, given[out])
    assert data.framed == data.train.names  # the frame knows no record that is held out


def test_of_a_part_of_the_records_a_label_file_gives_their_own(config, tmp_path, monkeypatch):
    monkeypatch.setattr(build_data.records_table, "names_elsewhere", lambda *_: ())
    classes = ("anger", "fear", "neutral")
    lines = [f"{row:02}.png,{classes[(row + row // 9) % 3]}," for row in range(RECORDS)]
    (tmp_path / "list.csv").write_text("\n".join(["name,given,true", *lines]))
    config.noise.kind, config.noise.file = "file", str(tmp_path / "list.csv")
    config.data.limit, config.data.holdout = 9, 0.0
    rows = drawn(Purpose.LIMIT, config.seed, RECORDS, 9)
    data = build_data.data(config, tmp_path)
    np.testing.assert_array_equal(data.given, (rows + rows // 9) % 3)
    assert data.true is None


def test_an_older_run_keeps_the_records_it_held_out(config, tmp_path):
    config.data.streams = 1
    data = build_data.data(config, tmp_path)
    bits = np.random.PCG64(np.random.SeedSequence((config.seed, 2))).random_raw(RECORDS)
    expected = np.sort(np.argsort(bits, kind="stable")[:6])
    assert data.evaluate[build_data.HOLDOUT].names == tuple(f"{row:02}.png" for row in expected)


def test_a_test_set_that_is_gone_is_missed_only_by_what_needs_it(
    config, tmp_path, monkeypatch, capsys
):
    whole = build_data.data(config, tmp_path)
    inputs.bind(tmp_path, whole.fingerprints, {}, begun=False)
    opened = build_data.splits

    def splits(data_dir, datasets, names):
        if datasets == ("gone",):
            raise UserError("no dataset 'gone'")
        return opened(data_dir, datasets, names)

    config.data.test = ("gone",)
    monkeypatch.setattr(build_data, "splits", splits)
    with pytest.raises(UserError, match="no dataset 'gone'"):
        build_data.data(config, tmp_path)
    rest = build_data.data(config, tmp_path, need_tests=False)
    assert list(rest.evaluate) == [build_data.HOLDOUT]
    assert rest.given.tolist() == whole.given.tolist()
    assert "the test data cannot be opened: no dataset 'gone'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "known", "told"),
    [
        (["00.png 2 0", "01.png 1 1", "02.png 2 2"], False, True),
        (["00.png 2 0", "01.png 1 1", "02.png 2 2"], True, False),
        (["00.png 0 0", "01.png 1 1", "02.png 2 2"], False, False),  # changes nothing
        (["name,given,true,decision", "00.png,neutral,anger,change"], False, False),  # a review
    ],
)
def test_a_file_that_may_hold_injected_noise_names_the_field_that_says_so(
    config, tmp_path, capsys, monkeypatch, lines, known, told
):
    monkeypatch.setattr(build_data.records_table, "names_elsewhere", lambda *_: ())
    (tmp_path / "peers.txt").write_text("\n".join(lines))
    config.noise.kind, config.noise.file = "file", str(tmp_path / "peers.txt")
    config.noise.truth_known = known
    data = build_data.data(config, tmp_path)
    [line] = capsys.readouterr().out.splitlines()
    assert line.endswith("--config.noise.truth_known=True measures how wrong labels fare") == told
    assert (data.true is None) != known


@pytest.mark.parametrize("text", ["broken\n", "name,given,true\n00.png,fear,\n"])
def test_changed_labels_are_told_by_their_seal_whether_they_can_be_read_or_not(
    config, tmp_path, text
):
    build_data.data(config, tmp_path)
    run_folder.seal_labels(tmp_path)
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(UserError, match=r"was changed since the run began .* restore it, or del"):
        build_data.data(config, tmp_path)
