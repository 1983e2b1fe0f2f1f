import json
import re
from html.parser import HTMLParser

import pytest

from lanet_jax.errors import UserError
from lanet_jax.report import charts, page


class _Reader(HTMLParser):
    """The texts of a page, by the tag they stand in."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.links, self._open = {}, [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self._open = tag
        self.links += [v for name, v in attributes if name in ("src", "href", "action", "data")]

    def handle_data(self, data):
        if data.strip():
            self.texts.setdefault(self._open, []).append(data.strip())


def _read(path):
    return _Reader(path.read_text(encoding="utf-8")).texts


def test_a_page_needs_nothing_but_itself(full):
    html = page.write(full).read_text()
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script", html)
    assert _Reader(html).links == ["data:,"]
    assert "prefers-color-scheme: dark" in html
    assert not list(full.rglob("*.tmp"))


def test_all_sections_of_a_full_run(full):
    texts = _read(page.write(full))
    assert texts["h1"] == ["LA-Net on demo, 30% symmetric noise"] and "h2" not in texts
    assert texts["code"] == ["python -m lanet_jax.main --config=<x> --workdir=full"]
    assert texts["h3"] == [
        *("Results", "Over the epochs", "Training", "Classes", "Calibration"),
        *("Which labels are suspected", "Config"),
    ]


def test_sections_without_files_are_left_out(bare):
    texts = _read(page.write(bare))
    assert texts["h3"] == ["Results", "Over the epochs", "Training", "Config"]
    assert "code" not in texts
    assert not any("(kl)" in caption for caption in texts["figcaption"])


def test_a_run_that_has_only_begun(bare):
    (bare / "metrics.jsonl").write_text("")
    texts = _read(page.write(bare))
    assert texts["h1"] == ["CE on demo, 30% symmetric noise (0 of 3 epochs)"]
    assert texts["h3"] == ["Config"]


def test_the_tiles_are_the_run_s_numbers(full):
    texts = _read(page.write(full))
    # Accuracies .5 .6 .5; mean-class .347, wrong labels fitted .267 and AUROC .841 at the end.
    assert texts["b"] == ["50.0%", "53.3%", "60.0%", "34.7%", "26.7%", "0.841"]
    assert "accuracy on test at epoch 2, the best on test" in texts["small"]


def test_the_charts_say_what_the_files_hold(full):
    said = _read(page.write(full))["title"]
    for text in (
        "LA-Net: 60.0% at epoch 2",
        "LA-Net: 4.5 at epoch 2",
        "anger taken for fear: 2 of 10 (20.0%)",
        "13 of 17 fear",
        "0.1 to 0.125: 33.3% of the right labels (1)",
        "0.9 to 0.925: 50.0% of the wrong labels (1)",
        "confidence 0.40 to 0.60: accuracy 33.3%, mean confidence 51.2%, 21 records",
    ):
        assert text in said
    confusion = [text for text in said if " taken for " in text]
    assert len(confusion) == 9


def test_the_config_is_a_table(full):
    cells = _read(page.write(full))["td"]
    assert cells[cells.index("optim.learning_rate") + 1] == "0.00123"
    assert cells[cells.index("augment.jitter") + 1] == "0.41, 0.42, 0.43"


def test_names_are_escaped(full):
    config = full / "config.json"
    config.write_text(config.read_text().replace('"demo"', '"<b>demo</b>"'))
    assert "<b>demo" not in page.write(full).read_text()


def test_a_best_of_the_holdout_is_no_oracle(bare):
    path = bare / "metrics.jsonl"
    both = []
    for line in path.read_text().splitlines():
        held = line.replace('"test"', '"holdout"')
        both += [line] if held == line else [line, held]
    path.write_text("".join(line + "\n" for line in both))
    html = page.write(bare).read_text()
    assert "accuracy on test at epoch 2, the best on holdout" in html


def test_two_runs_on_one_page(bare, full, tmp_path):
    out = tmp_path / "new" / "both.html"
    assert page.write_comparison([bare, full], out) == out
    texts = _read(out)
    assert texts["h1"] == ["CE (bare) and LA-Net (full)"]
    assert texts["h2"] == [
        "CE on demo, 30% symmetric noise",
        "LA-Net on demo, 30% symmetric noise",
    ]
    assert texts["h3"][:4] == ["Comparison", "What differs", "Over the epochs", "Training"]
    assert texts["h3"][4:] == [
        *("Results", "Config"),
        *("Results", "Classes", "Calibration", "Which labels are suspected", "Config"),
    ]
    row = texts["td"][12:24]
    assert row[:6] == ["full", "LA-Net", "shared", "30% symmetric noise", "3", "test"]
    assert row[6:] == ["50.0%", "53.3%", "60.0%*", "34.7%", "26.7%", "0.841"]
    assert texts["td"][24:27] == ["method", "ce", "lanet"]
    assert {"CE (bare): 54.0% at epoch 2", "LA-Net (full): 60.0% at epoch 2"} <= set(texts["title"])


def test_a_run_that_is_named_twice(full, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(full)
    for other in (full / "." / "", full / ".." / full.name, link):
        with pytest.raises(UserError, match="named twice"):
            page.write_comparison([full, other], tmp_path / "x.html")


def _numbers(folder, epochs, **more):
    config = json.loads((folder / "config.json").read_text())
    config["optim"]["epochs"] = epochs
    config["noise"]["kind"] = "none"
    (folder / "config.json").write_text(json.dumps(config))
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    rows = [row | more if row["split"] == "test" else row for row in rows]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return page.write(folder).read_text()


def test_an_unfinished_run_has_no_final_accuracy(bare):
    html = _numbers(bare, 80)
    assert "Accuracy so far" in html
    assert "on test, unfinished: 3 of 80 epochs" in html
    assert "Final accuracy" not in html
    assert "Final accuracy" in _numbers(bare, 3)


def test_labels_of_one_s_own_are_not_called_clean(bare):
    html = _numbers(bare, 3)
    assert "own labels" in html
    assert "no noise" not in html


def test_an_accuracy_has_its_interval(bare):
    assert charts.interval(0.5, 30) == "95% interval 33.2% to 66.8%, 30 images"
    assert re.search(
        r"on test; 95% interval [\d.]+% to [\d.]+%, 30 images", _numbers(bare, 3, records=30)
    )
    assert "95% interval" not in _numbers(bare, 3, records=0)
    html = _numbers(bare, 3, records=30, mean_class_error=0.1)  # of 34.7%
    assert "on test; 95% interval 24.7% to 44.7%" in html


def test_compared_accuracies_have_intervals(bare, full, tmp_path):
    _numbers(bare, 3, records=30, mean_class_error=0.1)
    html = page.write_comparison([bare, full], tmp_path / "page.html").read_text()
    # Wilson's of 47%, 54% of 30 images, by hand.
    assert "47.0% (30.5% to 64.2%)" in html
    assert "54.0% (36.7% to 70.3%)*" in html
    assert "34.7% (\u00b1\u00a010.0%)" in html
