"""Writes the answers as Markdown, with a cell for every figure, measured or not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.card.answer import Answer
from benchmarks.card.part import Part
from benchmarks.cost import Cost

NOTHING = "not measured"
STEPS = "steps.beside_torch"
STEP_HEADER = ("step", "ours, ms", "PyTorch, ms", "ours / PyTorch", "images/s")
STEP_HEADER += ("of the measured floor", "LDE + EL", "compile, s", "peak GiB, ours / PyTorch")
UNKNOWN = {"peak": {"bfloat16": 1.0, "float32": 1.0}, "bandwidth": 1.0}  # shown nowhere

Figure = Callable[[dict[str, Any]], str]


def markdown(parts: Sequence[Part], answers: Mapping[str, Answer]) -> str:
    """Writes the tables.

    Args:
      parts: parts in the order of their rows.
      answers: the answers so far, by name of the part.

    Returns:
      A table of the steps, a table of everything else, and notes.
    """
    peaks = _answer(answers, "environment")
    steps = [_step(part, _answer(answers, part.name), peaks) for part in parts if _is_step(part)]
    others = [
        (part.title, label, figure(answer) if (answer := _answer(answers, part.name)) else NOTHING)
        for part in parts
        if not _is_step(part)
        for label, figure in FIGURES[part.function]
    ]
    tables = (_table(STEP_HEADER, steps), _table(("what", "", "figure"), others))
    return "\n\n".join((*tables, *_notes(answers))) + "\n"


def lacks(part: Part, answer: dict[str, Any]) -> str:
    """Why an answer cannot be shown, such as one of an interrupted copy; "" if it can.

    Args:
      part: part that it answers.
      answer: result of the part's function.
    """
    try:
        if _is_step(part):
            _step(part, answer, None)
        for _, figure in FIGURES.get(part.function, ()):
            figure(answer)
    except KeyError as error:
        return f"it lacks {error}"
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"it cannot be shown: {error}"
    return ""


def _is_step(part: Part) -> bool:
    return part.function == STEPS


def _answer(answers: Mapping[str, Answer], name: str) -> dict[str, Any] | None:
    found = answers.get(name)
    return found.answer if found and not found.failed else None


def _step(
    part: Part, answer: dict[str, Any] | None, peaks: dict[str, Any] | None
) -> tuple[str, ...]:
    if answer is None:
        return (part.title, *[NOTHING] * (len(STEP_HEADER) - 1))
    ours, other = answer["ours"], answer["other"]
    ms = ours["milliseconds"]
    cost, floor = Cost(ours["operations"], ours["bytes"]), NOTHING
    known = peaks or UNKNOWN
    least = cost.floor(known["peak"][answer["shape"]["precision"]], known["bandwidth"])
    if peaks:
        floor = f"{1e3 * least / ms:.0%}"
    return (
        part.title,
        f"{ms:.2f}",
        f"{other['milliseconds']:.2f}" if other else "no PyTorch",
        f"{answer['ratio']:.2f}" if other else "no PyTorch",
        f"{ours['images_per_second']:,.0f}",
        floor,
        f"{ours['lde_el_milliseconds'] / ms:.1%}",
        f"{ours['compile_seconds']:.0f}" + " (from cache)" * ours["compile_cached"],
        f"{ours['peak_gib']:.2f} / " + (f"{other['peak_gib']:.2f}" if other else "no PyTorch"),
    )


def _tera(rate: float, unit: str) -> str:
    if not rate > 0:
        raise ValueError(f"a rate is {rate}")
    return f"{rate / 1e12:.3g} T{unit}/s"


def _versions(answer: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in answer["packages"].items())
    driver = answer["gpu"].get("driver_version", "none")
    torch = answer["torch"] or "none"
    return f"driver {driver}, Python {answer['python']}, {packages}, PyTorch {torch}"


def _alike(name: str) -> Figure:
    def figure(answer: dict[str, Any]) -> str:
        differing = answer[name]
        if not differing:
            return f"bit for bit ({answer['arrays']} arrays, logs)"
        return f"{len(differing)} arrays or files differ, {differing[0]} among them"

    return figure


def _resumed(answer: dict[str, Any]) -> str:
    return f"{_alike('resumed')(answer)}, from step {answer['resumed_from']}"


def _reading(source: str) -> Figure:
    def figure(answer: dict[str, Any]) -> str:
        alone, together, step = answer["alone"][source], answer["together"][source], answer["step"]
        share = f"{together / step:.0%} of the step's {step:,.0f}"
        return f"{alone:,.0f} records/s alone; with the step {together:,.0f}, {share}"

    return figure


def _gradients(answer: dict[str, Any]) -> str:
    met = "met" if answer["exact"] <= answer["goal"] else "missed"
    repeats = "repeats" if answer["repeats"] else "does not repeat"
    goal = f"exact {answer['exact']:.1e} (at most {answer['goal']:g}: {met})"
    return f"{goal}, its own {answer['own']:.1e}; a second call {repeats} the bits"


def _deterministic(answer: dict[str, Any]) -> str:
    usual, other = (answer[name]["milliseconds"] for name in ("ours", "other"))
    return f"{1 / answer['ratio']:.2f} times the usual ({other:.2f} ms, {usual:.2f} ms)"


def _scopes(answer: dict[str, Any]) -> str:
    return ", ".join(f"{row[0]} {row[-1]}" for row in answer["scopes"] if row[0] != "sum")


FIGURES: dict[str, tuple[tuple[str, Figure], ...]] = {
    "environment.measure": (
        ("card", lambda a: f"{a['devices']} x {a['device']}, {a['cpus']} CPU cores"),
        ("versions", _versions),
        ("bfloat16 product", lambda a: _tera(a["peak"]["bfloat16"], "FLOP")),
        ("float32 product, its own", lambda a: _tera(a["peak"]["float32"], "FLOP")),
        ("copy, read and written", lambda a: _tera(a["bandwidth"], "B")),
    ),
    "steps.deterministic": (("time of a step", _deterministic),),
    "runs.measure": (
        ("a second run", _alike("second")),
        ("a killed and resumed run", _resumed),
    ),
    "methods.measure": (("distance of the gradients", _gradients),),
    "reading.measure": (("decoded", _reading("decoded")), ("from memory", _reading("memory"))),
    "scopes.measure": (("share of the kernels' time", _scopes),),
}


def _notes(answers: Mapping[str, Answer]) -> list[str]:
    failed = [f"{a.part} ({a.failed})" for a in answers.values() if a.failed]
    shared = [a.part for a in answers.values() if a.busy_mib > SHARED and not a.failed]
    notes = []
    if failed:
        notes.append(f"No answer yet: {'; '.join(failed)}.")
    if shared:
        notes.append(f"Do not use, the card had other work: {', '.join(shared)}.")
    return notes


SHARED = 1024  # MiB in use before a part begins or after it; a driver alone uses less


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (header, ["---"] * len(header), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
