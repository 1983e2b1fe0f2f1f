"""What an error advises exists: its command, its flag, its field."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import lanet_jax
from data.prepare import DATASETS
from lanet_jax.__main__ import COMMANDS
from lanet_jax.from_config.limits import LIMITS

ROOT = Path(lanet_jax.__file__).parents[1]
SECTIONS = {field.partition(".")[0] for field in LIMITS if "." in field}
# Flags of other programs that a message names.
OTHERS = {"--upgrade", "--preload", "--user", "--no-deps", "--help", "--version"}


def _texts(path):
    """Every text of a file, f-strings with {} for what is filled in, but no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            skipped.add(node.body[0].value)
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node)) - {node}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


FILES = [p for room in ("lanet_jax", "data") for p in sorted((ROOT / room).rglob("*.py"))]
TEXTS = [(path, text) for path in FILES for text in _texts(path)]


def _flags():
    """Every flag that a command declares."""
    found = {f"--{name}" for d in DATASETS.values() for name in d.options} | OTHERS
    for path, text in TEXTS:
        if re.fullmatch(r"--[a-z_-]+", text):
            found.add(text)  # as add_argument has it
        elif path.name in ("main.py", "flags.py") and re.fullmatch("config|workdir", text):
            found.add(f"--{text}")
    return found


def test_flags():
    known, named = _flags(), 0
    for path, text in TEXTS:
        if " " not in text:
            continue  # an argument for another program
        for flag in re.findall(r"(?<![\w-])--(?!xla_)[a-z][a-z_]*(?![\w-]*\.)", text):
            named += 1
            assert flag in known, f"{path}: {text!r}"
    assert named > 100


def test_fields():
    named = 0
    for path, text in TEXTS:
        for field in re.findall(r"--config\.([a-z_]+(?:\.[a-z_]+)?)", text):
            named += 1
            assert field in LIMITS or field in SECTIONS, f"{path}: {text!r}"
        for section, name in re.findall(r"(?<![\w./-])(\w+)\.([a-z_]+)(?=[ =:,;]|$)", text):
            if section in SECTIONS and " " in text and section != "data":
                assert f"{section}.{name}" in LIMITS, f"{path}: {text!r}"
    assert named > 10


def test_commands_are_named_as_they_are_installed():
    """Whoever installed the wheel has `lanet export`, and not every one a checkout."""
    for path, text in TEXTS:
        assert " python -m lanet_jax" not in f" {text}", f"{path}: {text!r}"
        assert not re.search(r"(?<!usage): lanet [a-z]", text), f"{path}: {text!r} lacks backticks"


def test_commands():
    named = 0
    for path, text in TEXTS:
        for module in re.findall(r"python -m ((?:data|lanet_jax)[\w.]*)", text):
            named += 1
            assert importlib.util.find_spec(module.rstrip(".")), f"{path}: {text!r}"
        for name in re.findall(r"(?<![\w.])data\.(\w+)=", text):
            assert f"data.{name}" in LIMITS, f"{path}: {text!r}"
        for dataset in re.findall(r"(?:data\.|lanet )prepare ([a-z]+)\b", text):
            words = {"again", "first", "with", "to", "and", "makes", "cannot", "wrote", "without"}
            assert dataset in DATASETS or dataset in words, f"{path}: {text!r}"
        for word in re.findall(r"`lanet ([a-z]\w*)", text):
            named += 1
            assert word in COMMANDS, f"{path}: {text!r}"
    assert named > 15


@pytest.mark.parametrize(
    ("name", "advised"),
    [
        ("mine", "folder --name mine --source DIR"),
        ("demo", "demo"),
        ("ferplus/argmax8", "ferplus --labels argmax8 --source DIR"),
        ("ferplus/majority_7classes", "ferplus --labels majority --classes 7 --source DIR"),
        ("ferplus", "ferplus --source DIR"),
        ("affectnet/7classes", "affectnet --classes 7 --source DIR"),
    ],
)
def test_how_absent_data_are_prepared(name, advised, tmp_path):
    from data import prepare
    from lanet_jax.errors import UserError
    from lanet_jax.input import prepared

    with pytest.raises(UserError) as caught:
        prepared.newest_version(tmp_path, name)
    assert f"`lanet prepare {advised} --data_dir {tmp_path}`" in str(caught.value)
    prepare.parse(f"{advised} --data_dir {tmp_path}".split())  # its own command takes it


def test_a_dataset_that_is_there_under_another_name_is_named(tmp_path):
    """`ferplus` has variants, and `--name` may have been another."""
    from lanet_jax.errors import UserError
    from lanet_jax.input import prepared

    for name in ("ferplus/argmax8", "ferplus/majority", "my_faces"):
        (tmp_path / name / "1.0.0").mkdir(parents=True)
        (tmp_path / name / "1.0.0" / "dataset_info.json").touch()
    for name, meant in (
        ("ferplus", "did you mean ferplus/argmax8 or ferplus/majority? Else run"),
        ("ferplus/argmax", "did you mean ferplus/argmax8? Else run"),
        ("my_face", "did you mean my_faces? Else run"),
        ("rafdb", f"{tmp_path / 'rafdb'}: run `lanet prepare rafdb"),
    ):
        with pytest.raises(UserError) as caught:
            prepared.newest_version(tmp_path, name)
        assert meant in str(caught.value)
