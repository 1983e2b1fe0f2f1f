"""Hand-computed means and deviations, and the tables that they become."""

import dataclasses

import pytest

from lanet_jax.study import table_formats
from lanet_jax.study.grid import Axis, Level, Study, quote
from lanet_jax.study.results import Mean, entries, mean
from lanet_jax.study.results_table import sheets, text


@pytest.fixture
def noisy(folder, write_run) -> Study:
    """Noise x method x two datasets, three seeds; some runs are missing."""
    for seed, final, auroc in ((0, 0.60, 0.6), (1, 0.62, 0.7), (2, 0.64, 0.8)):
        home = folder / f"10/ce/a/seed{seed}"
        write_run(home, final, final + 0.01, 0.70, fitted=0.5, auroc=auroc)
        write_run(folder / f"10/ce/b/seed{seed}", 0.5, 0.5, 0.5)
    for seed, final, fitted in ((0, 0.70, 0.2), (1, 0.72, 0.3)):
        home = folder / f"10/lanet/a/seed{seed}"
        write_run(home, final, final + 0.01, 0.80, fitted=fitted, auroc=0.9)
    write_run(folder / "30/ce/a/seed0", 0.50, 0.51, 0.55, fitted=0.6, auroc=0.55)
    percents = tuple(Level(p, (f"{p}%",)) for p in ("10", "30"))
    methods = (Level("ce", ("CE",)), Level("lanet", ("LA-Net",)))
    datasets = (Level("a", ("A_1",)), Level("b", ("B",)))
    return Study(
        title="Noise",
        rows=(Axis(("Noise",), percents), Axis(("Method",), methods)),
        columns=Axis(("Dataset",), datasets),
        seeds=(0, 1, 2),
        published=quote("a", {"10/ce": "81.01", "10/lanet": "88.75±0.11"}),
        grouped=True,
    )


def test_the_deviation_is_that_of_a_sample():
    # Deviations -4, 0, 4: the sum of squares 32 over n - 1 = 2 is 16.
    found = mean([80.0, 84.0, 88.0])
    assert found.mean == pytest.approx(84) and found.std == pytest.approx(4)
    assert mean([0.5]) == Mean(0.5, None)


def test_numbers_are_written_as_in_the_paper():
    assert text("final", Mean(0.853349, 0.00184)) == "85.33±0.18"
    assert text("auroc", Mean(0.8964, 0.0104)) == "0.896±0.010"
    assert text("last5", Mean(0.5, None)) == "50.00"
    assert text("last5", None) == "-"


MARKDOWN = """\
**Noise (accuracy in %, mean of the last 5 epochs)**

| Noise | Method | A_1 | paper | B |
| --- | --- | --- | --- | --- |
| 10% | CE | 63.00±2.00 | 81.01 | 50.00±0.00 |
|  | LA-Net | **72.00±1.41 (2 of 3)** | 88.75±0.11 | - |
| 30% | CE | 51.00 (1 of 3) | - | - |
|  | LA-Net | - | - | - |

**Noise: A_1 (%)**

| Noise | Method | final | last 5 | oracle | mean class | wrong fitted \
| AUROC | seeds | paper |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 10% | CE | 62.00±2.00 | 63.00±2.00 | 70.00±0.00 | 52.00±2.00 | 50.00±0.00 \
| 0.700±0.100 | 3 of 3 | 81.01 |
|  | LA-Net | **71.00±1.41** | **72.00±1.41** | **80.00±0.00** | **61.00±1.41** \
| 25.00±7.07 | 0.900±0.000 | 2 of 3 | 88.75±0.11 |
| 30% | CE | 50.00 | 51.00 | 55.00 | 40.00 | 60.00 | 0.550 | 1 of 3 | - |
|  | LA-Net | - | - | - | - | - | - | 0 of 3 | - |

**Noise: B (%)**

| Noise | Method | final | last 5 | oracle | mean class | seeds |
| --- | --- | --- | --- | --- | --- | --- |
| 10% | CE | 50.00±0.00 | 50.00±0.00 | 50.00±0.00 | 40.00±0.00 | 3 of 3 |
|  | LA-Net | - | - | - | - | 0 of 3 |
| 30% | CE | - | - | - | - | 0 of 3 |
|  | LA-Net | - | - | - | - | 0 of 3 |

- a note

```sh
a command
```
"""


def test_markdown(noisy, folder):
    made = sheets(noisy, entries(noisy, folder))
    assert table_formats.markdown(made, ["a note"], ["a command"]) == MARKDOWN


LATEX = r"""% \usepackage{booktabs,amssymb,adjustbox}

\begin{table*}
\centering
\caption{Noise (accuracy in \%, mean of the last 5 epochs)}
\begin{adjustbox}{max width=\linewidth}
\begin{tabular}{llccc}
\toprule
Noise & Method & A\_1 & paper & B \\
\midrule
10\% & CE & 63.00$\pm$2.00 & 81.01 & 50.00$\pm$0.00 \\
 & LA-Net & \textbf{72.00$\pm$1.41 (2 of 3)} & 88.75$\pm$0.11 & - \\
\midrule
30\% & CE & 51.00 (1 of 3) & - & - \\
 & LA-Net & - & - & - \\
\bottomrule
\end{tabular}
\end{adjustbox}
\end{table*}

% 50% of it
% a command
"""


def test_latex(noisy, folder):
    paper_form, *_ = sheets(noisy, entries(noisy, folder))
    assert table_formats.latex([paper_form], ["50% of it"], ["a command"]) == LATEX


def test_symbols_in_latex():
    escaped = {text: table_formats._escape(text) for text in ("✓", "alpha", "a{b}^c\\", "30% & #1")}
    assert escaped == {
        "✓": r"\checkmark{}",
        "alpha": r"$\alpha$",
        "a{b}^c\\": r"a\{b\}\textasciicircum{}c\textbackslash{}",
        "30% & #1": r"30\% \& \#1",
    }


def test_csv_is_plain_numbers(noisy, folder):
    header, lines = table_formats.csv_rows(noisy, entries(noisy, folder))
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert len(rows) == 8
    ce, lanet = rows[0], rows[2]
    assert (ce["Noise"], ce["Method"], ce["Dataset"], ce["seeds"]) == ("10%", "CE", "A_1", "3")
    assert (ce["last5_mean"], ce["last5_std"]) == ("63.0000", "2.0000")
    assert (ce["mean_class_mean"], ce["mean_class_std"]) == ("52.0000", "2.0000")
    assert (ce["auroc_mean"], ce["auroc_std"]) == ("0.7000", "0.1000")
    assert (ce["best_is_oracle"], ce["published"]) == ("true", "81.01")
    assert (lanet["fitted_mean"], lanet["fitted_std"]) == ("25.0000", "7.0711")
    assert rows[-1]["final_mean"] == rows[-1]["best_is_oracle"] == ""


def test_one_column_is_one_table(noisy, folder):
    one = dataclasses.replace(noisy, columns=Axis(("Dataset",), noisy.columns.levels[:1]))
    (sheet,) = sheets(one, entries(one, folder))
    assert sheet.title == "Noise: A_1 (%)"


def test_without_groups_the_best_of_all_rows_is_bold_and_labels_repeat(noisy, folder):
    flat = dataclasses.replace(noisy, grouped=False)
    paper_form, *_ = sheets(flat, entries(flat, folder))
    assert paper_form.bold == {(1, 2)}
    assert [row[0] for row in paper_form.rows] == ["10%", "10%", "30%", "30%"]


def test_a_run_with_several_splits_fills_as_many_columns(folder, write_run):
    write_run(folder / "lanet/mixed/seed0", 0.5, splits=("test-a", "valid-b"))
    column = Level("mixed", ("A+B",), splits=(("test-a", "A"), ("valid-b", "B")))
    methods = (Level("air", ("AIR",), quoted=True), Level("lanet", ("LA-Net",)))
    study = Study(
        title="Mixed",
        rows=(Axis(("Method",), methods),),
        columns=Axis(("Tested on",), (column,)),
        seeds=(0,),
        published=quote("mixed/test-a mixed/valid-b", {"air": "1 2", "lanet": "3 4"}),
    )
    paper_form, first, second = sheets(study, entries(study, folder))
    assert paper_form.header == ("Method", "A", "paper", "B", "paper")
    assert paper_form.rows == (
        ("AIR", "-", "1", "-", "2"),
        ("LA-Net", "50.00", "3", "50.00", "4"),
    )
    assert (first.title, second.title) == ("Mixed: A (%)", "Mixed: B (%)")


def test_equal_means_are_both_bold(noisy, folder, write_run):
    write_run(folder / "30/lanet/a/seed0", 0.50, 0.51, 0.55)
    paper_form, *_ = sheets(noisy, entries(noisy, folder))
    assert paper_form.bold == {(1, 2), (2, 2), (3, 2)}


def test_a_bar_in_a_label_makes_no_column_in_markdown():
    assert table_formats._pipes(["a|b", "c"]) == r"| a\|b | c |"
