"""Commands by their words: what is wrong is one line and exit code 1."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from absl import flags

from lanet_jax import __main__ as lanet
from lanet_jax import main
from lanet_jax.command_line import parser as command_line
from lanet_jax.errors import UserError
from lanet_jax.from_config import config_files, fields
from lanet_jax.from_config import help as train_help
from lanet_jax.from_config.limits import LIMITS


def test_an_empty_value_is_named_and_a_default_may_be_empty():
    parser = command_line.Parser(prog="lanet x")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--data", default="")
    parser.add_argument("source", nargs="*")
    assert parser.parse_args([]).data == ""
    assert parser.parse_args(["--out", "~/a"]).out == Path.home() / "a"
    assert parser.parse_args(["--out", "~$a.csv"]).out == Path("~$a.csv")
    for words, name in ((["--out="], "--out"), (["--data", " "], "--data"), ([""], "source")):
        with pytest.raises(UserError, match=f"{name} is empty; is a variable"):
            parser.parse_args(words)
    with pytest.raises(UserError, match=r"--dat.*\(see lanet x --help\)"):
        parser.parse_args(["--dat=x"])  # a shortened flag


def test_the_help_says_each_default_once():
    parser = command_line.Parser(prog="lanet x")
    parser.add_argument("--images", default=0, help="how many")
    parser.add_argument("--step", default="last", help="a checkpoint")
    parser.add_argument("--parts", default=5, help="(default: five)")
    parser.add_argument("--data", default="", help="where")
    parser.add_argument("--out", help="a file")
    parser.add_argument("--fast", action="store_true", help="be quick")
    shown = parser.format_help()
    assert "how many (default: 0)" in shown and "a checkpoint (default: last)" in shown
    assert shown.count("default") == 3


@pytest.mark.parametrize("text", ["-0.1", "1.1", "x", "nan"])
def test_shares(text):
    assert [command_line.share(own) for own in ("0", "0.5", "1")] == [0.0, 0.5, 1.0]
    parser = command_line.Parser(prog="lanet x")
    parser.add_argument("--power", type=command_line.share)
    with pytest.raises(UserError, match=f"{text}.*must be a number from 0 to 1"):
        parser.parse_args([f"--power={text}"])


@pytest.mark.parametrize("text", ["-1", "0", "x", "1.5"])
def test_whole_numbers(text):
    parser = command_line.Parser(prog="lanet x")
    parser.add_argument("--images", type=command_line.whole(1))
    assert parser.parse_args(["--images=3"]).images == 3
    with pytest.raises(UserError, match=r"--images: .* must be a whole number, 1 or more"):
        parser.parse_args([f"--images={text}"])


@pytest.mark.parametrize("text", ["7", "1025"])
def test_whole_numbers_up_to_a_limit(text):
    parser = command_line.Parser(prog="lanet x")
    parser.add_argument("--align", type=command_line.whole(8, 1024))
    assert [parser.parse_args([f"--align={side}"]).align for side in (8, 1024)] == [8, 1024]
    with pytest.raises(UserError, match=r"--align: .* must be a whole number, from 8 to 1024"):
        parser.parse_args([f"--align={text}"])


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "--config=FILE and --workdir=DIR are needed"),
        (["--config=demo"], "--config=FILE and --workdir=DIR are needed"),
        (["--config=demo", "--workdir="], "--workdir= is empty"),
        (["--config=demo", "--workdir=w", "config.seed=1"], "did you mean --config.seed=1?"),
        (["--config=demo", "--workdir=w", "again"], "'again': a flag begins with two dashes"),
        (["--config=demoo", "--workdir=w"], "demoo: no such file; did you mean demo?"),
        (["--config=", "--workdir=w"], "the name is empty"),
        (["--config=.", "--workdir=w"], ".: a folder; "),
        (["--config", "demo:tini", "--workdir=w"], "no preset 'tini': did you mean 'tiny'?"),
        (
            ["--config=demo", "--workdir=w", "--config.optim.epoch=3"],
            "epoch: no config has this field; did you mean optim.epochs?",
        ),
        (
            ["--config=demo", "--workdir=w", "--config.optims.epochs=3"],
            "did you mean optim.epochs?",
        ),
        (
            ["--config=demo", "--workdir=w", "--config.x.y=3"],
            "x.y: no config has this field; `lanet",
        ),
        (
            ["--config=demo", "--workdir=w", "--config.seed.x=3"],
            "seed.x: no config has this field; did you mean seed?",
        ),
        (
            ["--config=demo", "--workdir=w", "--config.seed=x"],
            f"seed=x: must be {LIMITS['seed'].may_be}",
        ),
        (["--config=demo", "--workdi=w"], "workdi"),
    ],
)
def test_training_reads_its_line_before_anything_else(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["main.py", *words])  # ml_collections looks there by itself
    for name in ("config", "workdir"):
        flags.FLAGS[name].unparse()
    with pytest.raises(UserError) as caught:
        main.parse(sys.argv)
    assert line in str(caught.value) and "\n" not in str(caught.value)


def test_help_lists_every_field_with_what_it_may_be_and_its_remark():
    text = train_help.text()
    for field, limit in LIMITS.items():
        assert f"--config.{field}=" in text and limit.may_be in text
    assert "share of the noisy training set held out" in text  # a remark in the fields
    assert "  rafdb " in text


def test_help_lists_every_preset():
    text = train_help.text()
    assert all(f"  :{name} " in text for name in fields.PRESETS)
    for path, _ in config_files.bundled():
        said = re.search(r"presets: comma-separated: (.*)\.", path.read_text(encoding="utf-8"))[1]
        assert {*config_files.presets(path), *fields.PRESETS} == set(said.split(", ")), path
        assert all(f"    :{name} " in text for name in config_files.presets(path)), path


def test_every_command_has_a_help(capsys, monkeypatch):
    for word, (module, _) in lanet.COMMANDS.items():
        path = Path(main.__file__).parents[1 if module.startswith("data.") else 0]
        path = path.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), word
    monkeypatch.setattr(sys, "argv", ["lanet"])
    lanet.main()
    shown = capsys.readouterr().out
    assert all(f"\n  {word}" in shown for word in lanet.COMMANDS)


def test_a_command_runs_as_if_by_itself_and_an_unknown_one_is_named(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["lanet", "faces", "--help"])
    with pytest.raises(SystemExit) as ended:
        lanet.main()
    assert ended.value.code == 0 and "usage: lanet faces" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["lanet", "help", "faces"])
    with pytest.raises(SystemExit):
        lanet.main()
    assert "usage: lanet faces" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["lanet", "help"])
    lanet.main()
    assert capsys.readouterr().out.startswith("usage: lanet COMMAND")
    monkeypatch.setattr(sys, "argv", ["lanet", "rport"])
    with pytest.raises(SystemExit) as ended:
        lanet.main()
    assert ended.value.code == 1
    assert "'rport': no such command; did you mean report?" in capsys.readouterr().err


def test_a_checkout_that_is_not_installed_prepares_from_any_folder(tmp_path):
    root = str(Path(main.__file__).parents[1])
    words = ["prepare", "demo", "--train", "4", "--test", "4", "--data_dir", "prepared"]
    done = subprocess.run(
        [sys.executable, "-m", "lanet_jax", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "prepared" / "demo").glob("*/dataset_info.json"))


def test_help_does_not_repeat_the_choices():
    assert train_help._new("a | b; of two; R: b", "b | a") == "of two; R: b"
    assert train_help._new("a | b (best)", "a | b") == "a | b (best)"
    for field in ("method", "noise.kind", "model.family"):
        said = train_help.text().partition(f"--config.{field}=")[2].partition("--config.")[0]
        assert said.count(" | ") == LIMITS[field].may_be.count(" | "), field
