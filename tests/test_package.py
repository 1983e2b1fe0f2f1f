"""What is shipped: one package, whose dependencies are declared, that works outside a checkout."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

import lanet_jax

ROOT = Path(lanet_jax.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCES = [
    path for room in ("lanet_jax", "data", "configs") for path in (ROOT / room).rglob("*.py")
]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _name(requirement: str) -> str:
    return re.split(r"[>=<\[ ;]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize(
    ("rooms", "left_out"),
    [(("lanet_jax", "data", "configs"), {"dev"}), (("benchmarks", "tests"), set())],
    ids=["package", "checkout"],
)
def test_every_import_is_declared(rooms, left_out):
    extras = PROJECT["optional-dependencies"]
    lines = [line for name in extras.keys() - left_out for line in extras[name]]
    declared = {_name(line) for line in (*PROJECT["dependencies"], *lines)}
    distributions = metadata.packages_distributions()
    own = {"lanet_jax", *(path.name for path in ROOT.iterdir() if path.is_dir())}
    for path in (path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for module in _imports(path) - sys.stdlib_module_names - own:
            owners = {_name(name) for name in distributions.get(module, [module])}
            beside = (path.parent / f"{module}.py").is_file()  # a script's own folder
            assert beside or owners & declared, f"{path} imports {module}"


def test_what_installs_below_lanet_jax_imports_nothing_by_the_checkouts_names():
    for path in SOURCES:
        assert not _imports(path) & {"data", "configs", "tests", "benchmarks"}, path


def test_ci_runs_what_the_readme_says():
    commands = re.findall("^make (.+)$", (ROOT / ".ci" / "run").read_text(), re.M)
    readme = (ROOT / "README.md").read_text()
    assert commands == ["test"] and "make test" in readme
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall("^test: (.+)$", makefile, re.M) == ["lint docs"]
    (lint,) = re.findall(r"^lint: .*\n((?:\t.*\n)+)", makefile, re.M)
    tools = [line.split()[0].rpartition("/")[2] for line in lint.splitlines()]
    assert tools == ["ruff", "ruff", "mypy"]
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "tests.yml").read_text()


def test_what_the_docs_install_is_read_by_every_pip():
    extras = set(PROJECT["optional-dependencies"])
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    asked = [
        line
        for page in pages
        for line in re.findall(r"pip install (?:-e )?'([.l][^']+)'", page.read_text())
    ]
    assert len(asked) >= 5
    for requirement in asked:  # "name[extra] @ ." is refused by pip 23
        found = re.fullmatch(r"(?:\.|lanet_jax)\[([a-z,]+)\]", requirement)
        assert found and set(found[1].split(",")) <= extras, requirement


def test_every_room_has_an_api_page():
    pages = "".join(path.read_text() for path in (ROOT / "docs" / "api").glob("*.md"))
    rooms = {f"lanet_jax.{path.parent.name}" for path in ROOT.glob("lanet_jax/*/__init__.py")}
    assert rooms - set(re.findall("^::: (.+)$", pages, re.M)) == {"lanet_jax.shipped"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves files beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in ("lanet_jax", "data", "configs"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=ignore)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", folder, folder / "source"], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_one_package_with_every_file_of_the_sources(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert {name.partition("/")[0] for name in packed} == {
        "lanet_jax",
        f"lanet_jax-{lanet_jax.__version__}.dist-info",
    }
    for room, prefix in (("lanet_jax", ""), ("data", "lanet_jax/"), ("configs", "lanet_jax/")):
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert prefix + path.relative_to(ROOT).as_posix() in packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel; its dependencies are this one's."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    subprocess.run([*command, wheel], check=True, capture_output=True)
    shown = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", shown], check=True, capture_output=True, text=True)
    # Only now, or pip would find this checkout there, if it is installed. A folder that is added
    # like this adds no further ones, so that what runs is the wheel.
    Path(done.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


@pytest.mark.parametrize("own", ["", "data.py", "configs.py"])
def test_prepare_train_and_predict_in_a_folder_of_ones_own(installed, own, tmp_path):
    if own:
        (tmp_path / own).write_text("raise RuntimeError('a file of the user')")
    cv2.imwrite(str(tmp_path / "face.png"), np.full((48, 48, 3), 128, np.uint8))
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    def run(*words):
        start = [installed / "python", "-m", "lanet_jax"] if own else [installed / "lanet"]
        done = subprocess.run(
            [*start, *words],
            cwd=tmp_path,
            env=keep | {"XDG_CACHE_HOME": str(cache)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version").strip() == lanet_jax.__version__
    run("prepare", "demo", "--train", "40", "--test", "8", "--data_dir", "prepared")
    if own != "configs.py":  # the two differ in what prepare imports
        small = ["--config.data.limit=16", "--config.optim.batch_size=8", "--config.optim.epochs=1"]
        run(
            *("train", "--config=demo:tiny", "--config.data.dir=prepared", "--workdir=run"),
            *("--config.method=ce", *small),
        )
    model = ["--model=run"] if own != "configs.py" else []
    run("predict", "face.png", "--faces=whole", "--out=faces.csv", *model)
    header, row = (tmp_path / "faces.csv").read_text().splitlines()
    assert header.startswith("file,") and row.startswith("face.png,")


def test_another_system_is_told_in_one_line():
    code = "import sys; sys.modules['fcntl'] = None; import lanet_jax"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("ImportError: lanet_jax runs on Linux and macOS only")
