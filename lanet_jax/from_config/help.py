"""The text of `lanet train --help`: the command, the bundled configs, every field of a run."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from types import ModuleType

_USAGE = """\
usage: lanet train --config=NAME[:PRESET,...] --workdir=DIR [--config.FIELD=VALUE ...]

Trains a run, evaluates it and writes its report. Re-running the same command resumes an
interrupted run.

  --config    a bundled config, or the path of one of your own; presets follow a colon
  --workdir   folder of the run

Bundled configs, what each is for, and the presets that it has of its own:
"""


def text() -> str:
    """The whole help."""
    from lanet_jax.from_config import config_files, fields
    from lanet_jax.from_config.limits import LIMITS, flatten

    configs = "".join(
        f"  {path.stem:11} {about}\n" + _listed(config_files.presets(path), "    :")
        for path, about in config_files.bundled()
    )
    shared = _listed(fields.PRESETS, "  :")
    remarks, values = _remarks(fields), flatten(fields.get_config())
    rows = "".join(
        f"  --config.{field}={_shown(values[field])}\n"
        + textwrap.indent(
            f"{limit.may_be}\n{_new(remarks.get(field, ''), limit.may_be)}".strip() + "\n", " " * 6
        )
        for field, limit in LIMITS.items()
    )
    return (
        f"{_USAGE}{configs}\nPresets of every config; `face` comes last:\n{shared}\n"
        "Fields, their values before a config or preset changes them, and the choices.\n"
        "(R): as in the published code. R: x, the published code, and `:reference`, has x.\n"
        f"{rows}"
    )


def _new(remark: str, may_be: str) -> str:
    """A remark without the choices that stand there already."""
    head, *rest = remark.split("; ")
    is_known = sorted(head.split(" | ")) == sorted(may_be.split(" | "))
    return "; ".join(rest) if is_known else remark


def _listed(presets: Mapping[str, Callable], mark: str) -> str:
    """One line for each preset: the first of its docstring."""
    about = {name: (inspect.getdoc(of) or "").partition("\n")[0] for name, of in presets.items()}
    return "".join(f"{mark}{name:10} {line}\n" for name, line in about.items())


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, tuple) else str(value)


def _remarks(fields: ModuleType) -> dict[str, str]:
    """The comment behind each field in its declaration."""
    section, remarks = {"c": ""}, {}
    for line in inspect.getsource(fields.get_config).splitlines():
        if found := re.match(r"\s*c\.(\w+) = (?:(\w+) = )?ml_collections", line):
            section[found[2] or f"c.{found[1]}"] = f"{found[1]}."
        elif found := re.match(r"\s*((?:c\.)?\w+)\.(\w+) = .*?  # (.*)", line):
            remarks[f"{section.get(found[1], '')}{found[2]}"] = found[3]
    return remarks
