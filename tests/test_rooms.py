"""The rooms of the package: which may import which, what each says it is, who reads the config."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
# A room imports rooms of earlier layers only, so that there is no circle and rooms of one layer do
# not know each other. A file at the top of the package is a room of its own.
LAYERS = (
    {"typing", "cache", "classes", "errors", "metrics", "recipes"},
    {"files"},
    {"augment", "devices", "images", "landmarks", "models", "ops"},
    {"command_line", "el", "input", "lde", "profiling", "run", "shards"},
    {"faces", "label_noise", "methods", "report"},
    {"data", "state"},
    {"checkpoint"},
    {"port", "trained"},
    {"export", "from_config"},
    {"agreement", "evaluate", "figures"},
    {"predict", "study", "train"},
    {"audit", "main"},
    {"merge"},
)
DEPTH = {room: depth for depth, rooms in enumerate(LAYERS) for room in rooms}
OUTER = {"__init__", "__main__"}  # the front of the package, which opens any room
NO_CODE = {"shipped"}
SOURCES = [
    path.relative_to(ROOT) for top in ("lanet_jax", "data") for path in (ROOT / top).rglob("*.py")
]


def room_of(parts: tuple[str, ...]) -> str:
    if parts[0] == "data":
        return "data"
    return parts[1].removesuffix(".py") if len(parts) > 1 else "__init__"


def imported(path: Path) -> set[str]:
    """The other rooms that a file imports, at its top or within a function."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {room_of(tuple(n.split("."))) for n in names if n.startswith("lanet_jax.")}
    return found - {room_of(path.parts), "__version__"}


def test_every_room_has_a_layer():
    assert {room_of(path.parts) for path in SOURCES} - OUTER - NO_CODE == set(DEPTH)


def test_a_room_imports_earlier_layers_only():
    wrong = {
        f"{path}: {other}"
        for path in SOURCES
        for other in imported(path) - NO_CODE
        if DEPTH[other] >= DEPTH.get(room_of(path.parts), len(LAYERS))
    }
    assert wrong == set()


def test_label_noise_knows_arrays_only():
    # Whoever hands in arrays has no run, config or files: what reads those belongs into `audit`.
    known = {
        other
        for path in SOURCES
        if room_of(path.parts) == "label_noise"
        for other in imported(path)
    }
    assert known <= {"classes", "command_line", "errors", "metrics"}


def test_imports_within_functions_are_seen():
    assert "evaluate" in imported(Path("lanet_jax/main.py"))


def test_every_room_says_what_it_is():
    for folder in {path.parent for path in SOURCES}:
        front = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(front)), folder


def test_only_from_config_reads_the_config():
    # A config is called c wherever it is read by its fields.
    field = re.compile(
        r"\bc\.(augment|ce|data|eac|el|landmarks|lde|loss|model|noise|optim|rul|scn|train)\."
    )
    reading = {
        room_of(path.parts)
        for path in SOURCES
        if field.search((ROOT / path).read_text(encoding="utf-8"))
    }
    assert reading == {"from_config"}
