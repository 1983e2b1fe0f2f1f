"""The files of a run that a hand or a crash may change: metrics.jsonl and config.json."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.errors import UserError
from lanet_jax.run import folder as run_folder
from lanet_jax.run import metrics_log, summary
from lanet_jax.study import outcome

ROWS = [
    {"step": 5 * n, "epoch": n / 2, "split": split, "accuracy": 0.5, "mean_class_accuracy": 0.25}
    for n in range(4)
    for split in ("train", "test", "labels")
]
METRICS = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
CONFIG = json.dumps({"seed": 0, "data": {"train": ["demo"], "limit": 5}}, indent=2).encode()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def rows_and_summary(folder):
    rows = metrics_log.read(folder)
    kept = [row for row in rows if metrics_log._precedes(row, 10)]
    return rows, kept, summary.summarize(rows)


def check(found, content):
    if found is None:
        return
    rows, kept, _ = found
    whole = content.rpartition(b"\n")[0].split(b"\n")
    assert [json.dumps(json.loads(line)) for line in whole if line] == [json.dumps(r) for r in rows]
    assert all(row["step"] <= 10 for row in kept)


@settings(max_examples=250)
@given(st.data())
def test_bytes_of_metrics(scratch, fuzz, data):
    content = data.draw(fuzz.corrupted(METRICS))
    (scratch / "metrics.jsonl").write_bytes(content)
    check(fuzz.read(rows_and_summary, scratch), content)


@settings(max_examples=150)
@given(st.integers(0, len(ROWS) - 1), st.sampled_from([*ROWS[0], "new"]), VALUES)
def test_values_of_metrics(scratch, fuzz, number, key, value):
    rows = [dict(row) for row in ROWS]
    rows[number][key] = value
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (scratch / "metrics.jsonl").write_bytes(content)
    check(fuzz.read(rows_and_summary, scratch), content)


@settings(max_examples=150)
@given(st.data())
def test_bytes_of_a_config(scratch, fuzz, data):
    (scratch / "config.json").write_bytes(data.draw(fuzz.corrupted(CONFIG)))
    fuzz.read(run_folder.load_config, scratch)


EPOCHS = 2
STUDIED = json.dumps({"optim": {"epochs": EPOCHS}}).encode()


def done(folder, fuzz, config, metrics):
    """The share of a run that is done; nothing in its files may stop the study that shows it."""
    (folder / "config.json").write_bytes(config)
    (folder / "metrics.jsonl").write_bytes(metrics)
    share = fuzz.read(outcome.progress, folder)
    assert isinstance(share, float) and 0 <= share <= 1
    return share


def test_progress_of_metrics_that_are_cut_anywhere(scratch, fuzz):
    for end in range(len(METRICS)):
        rows = METRICS[:end].count(b"\n")
        share = done(scratch, fuzz, STUDIED, METRICS[:end])
        assert share == (ROWS[rows - 1]["epoch"] / EPOCHS if rows else 0)


@settings(max_examples=300)
@given(st.data())
def test_progress_of_any_bytes(scratch, fuzz, data):
    config, metrics = STUDIED, METRICS
    if data.draw(st.booleans()):
        metrics = data.draw(fuzz.corrupted(metrics))
    else:
        config = data.draw(fuzz.corrupted(config))
    done(scratch, fuzz, config, metrics)


@settings(max_examples=200)
@given(*[VALUES | st.sampled_from([10**400, -(10**400), 1e308, 1e-308, 2])] * 2)
def test_progress_of_any_values(scratch, fuzz, epoch, epochs):
    config = json.dumps({"optim": {"epochs": epochs}}).encode()
    done(scratch, fuzz, config, json.dumps({"epoch": epoch}).encode() + b"\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[" * 100_000, "line 2 is not JSON"),
        ("[1, 2]", "line 2 is not a JSON object"),
        ('{"step": 1}', "line 2: a step and a split were expected"),
        ('{"step": 1, "split": "train", "loss": "low"}', "line 2: numbers were expected"),
        (f'{{"step": 1, "split": "train", "loss": 1{"0" * 400}}}', "line 2: numbers were"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path, line, said):
    row = '{"step": 0, "split": "train"}'
    (tmp_path / "metrics.jsonl").write_text(f"{row}\n{line}\n{row}\n")
    with pytest.raises(UserError, match=said):
        metrics_log.read(tmp_path)
