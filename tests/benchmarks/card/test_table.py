"""The summary: every figure by hand, and the same rows in the documentation."""

from pathlib import Path

from benchmarks.card import plan, table
from benchmarks.card.answer import Answer
from benchmarks.card.part import Part
from benchmarks.card.scopes import scopes

STEP = Part("step", "112 px", 1.0, "steps.beside_torch")
DAY = Part("environment", "the card", 1.0, "environment.measure")
OURS = {
    "milliseconds": 4.0,
    "images_per_second": 32000.0,
    "operations": 1e12,
    "bytes": 3e9,
    "lde_el_milliseconds": 0.1,
    "compile_seconds": 60.0,
    "compile_cached": False,
    "peak_gib": 3.5,
}
PEAKS = {
    "device": "H100",
    "devices": 1,
    "cpus": 16,
    "gpu": {"driver_version": "580"},
    "python": "3.12.3",
    "packages": {"jax": "0.11.2"},
    "torch": "",
    "peak": {"bfloat16": 5e14, "float32": 2.5e14},
    "bandwidth": 3e12,
}


def answer(part, found, **more):
    return Answer(
        **{"part": part.name, "device": "H100", "minutes": 1.0, "busy_mib": 0} | more, **found
    )


def measured(part, found, **more):
    return answer(part, {"failed": "", "answer": found}, **more)


def step(other):
    return {"shape": {"precision": "bfloat16"}, "ours": OURS, "other": other, "ratio": 0.8}


def test_a_step_by_hand():
    other = {"milliseconds": 5.0, "peak_gib": 4.25}
    known = {"step": measured(STEP, step(other)), "environment": measured(DAY, PEAKS)}
    row = table.markdown((STEP,), known).splitlines()[2]
    # 1e12 / 5e14 = 2 ms of operations, 3e9 / 3e12 = 1 ms of bytes: 2 of 4 ms.
    expected = "| 112 px | 4.00 | 5.00 | 0.80 | 32,000 | 50% | 2.5% | 60 | 3.50 / 4.25 |"
    assert row == expected


def test_a_compile_time_of_the_cache_is_told():
    found = {**step(None), "ours": {**OURS, "compile_seconds": 2.0, "compile_cached": True}}
    row = table.markdown((STEP,), {"step": measured(STEP, found)}).splitlines()[2]
    assert "| 2 (from cache) |" in row


def test_without_pytorch_or_peaks_the_place_says_so():
    row = table.markdown((STEP,), {"step": measured(STEP, step(None))}).splitlines()[2]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert (cells[2], cells[3], cells[5], cells[8]) == (
        "no PyTorch",
        "no PyTorch",
        "not measured",
        "3.50 / no PyTorch",
    )


def test_failures_and_company_are_told():
    failed = answer(STEP, {"failed": "cut off", "answer": {}})
    text = table.markdown(
        (STEP, DAY), {"step": failed, "environment": measured(DAY, PEAKS, busy_mib=9000)}
    )
    assert "No answer yet: step (cut off)." in text
    assert "Do not use, the card had other work: environment." in text
    assert text.splitlines()[2].count("not measured") == 8


def test_every_part_has_its_rows():
    for part in (*plan.parts(), *plan.parts(tiny=True)):
        assert part.function == table.STEPS or table.FIGURES[part.function]
    names = [part.name for part in plan.parts()]
    assert len(set(names)) == len(names)


def test_the_figures_of_the_other_parts():
    def figures(function, found):
        return [figure(found) for _, figure in table.FIGURES[function]]

    runs = {"second": [], "resumed": ["params/a", "params/b"], "arrays": 12, "resumed_from": 10}
    assert figures("runs.measure", runs) == [
        "bit for bit (12 arrays, logs)",
        "2 arrays or files differ, params/a among them, from step 10",
    ]
    gradients = {"exact": 2e-3, "own": 1e-2, "goal": 1e-3, "repeats": False}
    (told,) = figures("methods.measure", gradients)
    assert told.startswith("exact 2.0e-03 (at most 0.001: missed), its own 1.0e-02; ")
    assert told.endswith("a second call does not repeat the bits")
    reading = {"alone": {"decoded": 100.0, "memory": 900.0}, "step": 400.0}
    reading["together"] = {"decoded": 100.0, "memory": 400.0}
    assert figures("reading.measure", reading)[0].endswith(
        "with the step 100, 25% of the step's 400"
    )
    rows = [["backbone", "3", "1.0", "0.5", "80.00%"], ["sum", "3", "1.0", "0.5", "100.00%"]]
    assert figures("scopes.measure", {"scopes": rows}) == ["backbone 80.00%"]


def test_scopes_are_read_from_the_table_of_a_trace():
    table_ = "scope    count  share\n-----\nbackbone forward  3  80.00%\nsum  3  100.00%\n"
    text = f"Operations\nof.\n\n{table_}\nop kind\n"
    assert scopes(text) == [["backbone forward", "3", "80.00%"], ["sum", "3", "100.00%"]]


def test_the_documentation_has_a_place_for_every_figure():
    text = (Path(__file__).parents[3] / "docs" / "benchmarks.md").read_text()
    for line in table.markdown(plan.parts(), {}).splitlines():
        label = line.rpartition("not measured")[0].split("not measured")[0]
        assert label in text
