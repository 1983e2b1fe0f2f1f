import base64
from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.report import gallery, page, run_files

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


def put_figure(folder, name):
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / f"{name}.png"), PIXELS)


def put_agreement(folder):
    rows = (
        'all,1200,"observed labels, one-hot",0.250000',
        "all,1200,target distributions,0.125000",
        'observed label wrong,300,"observed labels, one-hot",0.690000',
        "observed label wrong,300,target distributions,0.310000",
    )
    text = "records,count,labels,js_nats\n" + "\n".join(rows) + "\n"
    (folder / "agreement.csv").write_text(text)


def test_figures_are_whole_in_the_page_in_the_order_of_the_captions(full):
    for name in ("sweep", "features", "distributions-a", "distributions-b", "unknown"):
        put_figure(full / "figures", name)
    section = gallery.figures(run_files.read(full))
    titles = [panel.title for panel in section.panels]
    people = "What people see and what the method estimates"
    assert titles == ["Features (t-SNE)", f"{people}, a", f"{people}, b", "Sweeps"]
    encoded = section.panels[0].chart.split("base64,")[1].split('"')[0]
    image = cv2.imdecode(np.frombuffer(base64.b64decode(encoded), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(image, PIXELS)


def test_a_run_s_page_shows_them(full):
    put_figure(full / "figures", "attention")
    put_agreement(full)
    html = page.write(full).read_text()
    assert html.count('<img src="data:image/png;base64,') == 1
    assert html.index(">Agreement with people<") < html.index(">Figures<") < html.index(">Config<")
    assert "Grad-CAM of the predicted class" in html


def test_captions_promise_true_labels_and_votes_only_where_they_are_known(full):
    for name in ("features", "distributions"):
        put_figure(full / "figures", name)
    features, distributions = (panel.note for panel in gallery.figures(run_files.read(full)).panels)
    assert "coloured by observed label and, if true labels are known, drawn again" in features
    assert "true label and annotator votes if they are known, target" in distributions


def test_a_comparison_shows_those_beside_it(bare, full, tmp_path):
    put_figure(tmp_path / "figures", "features")
    html = page.write_comparison([bare, full], tmp_path / "both.html").read_text()
    assert html.count("<img ") == 1


def test_a_comparison_in_a_run_s_folder_shows_its_figures_once(bare, full, monkeypatch):
    put_figure(full / "figures", "features")
    monkeypatch.chdir(full)
    for out in (full / "both.html", Path("both.html")):
        html = page.write_comparison([bare, full], out).read_text()
        assert html.count("<img ") == 1


def test_without_figures_there_is_no_section(bare):
    (bare / "figures").mkdir()
    assert gallery.figures(run_files.read(bare)) is None
    assert gallery.agreement(run_files.read(bare)) is None


def test_agreement_has_a_column_for_each_group(full):
    put_agreement(full)
    table = gallery.agreement(run_files.read(full)).table
    assert table.header == ("", "all (1,200)", "observed label wrong (300)")
    assert table.rows == (
        ("observed labels, one-hot", "0.2500", "0.6900"),
        ("target distributions", "0.1250", "0.3100"),
    )


def test_a_damaged_agreement_is_an_error(full):
    (full / "agreement.csv").write_text("records,count,labels,js_nats\nall,x,y,z\n")
    with pytest.raises(UserError, match=r"agreement\.csv is damaged.*`lanet agreement"):
        gallery.agreement(run_files.read(full))


def test_a_kind_of_label_that_a_group_lacks_has_an_empty_cell():
    table = gallery.pivot([("all", 2, "one", 0.5), ("few", 1, "two", 0.25)])
    assert table.rows == (("one", "0.5000", ""), ("two", "", "0.2500"))
