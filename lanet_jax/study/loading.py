"""Study files and config files, read by path."""

import functools
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.run import folder as run_folder
from lanet_jax.study.grid import Study


def load(name: str) -> Study:
    """Reads a study file.

    Args:
      name: the file, and after a colon its scale: "configs/studies/table1.py:cpu".

    Returns:
      What its `get_study(scale)` declares.

    Raises:
      UserError: there is no such file or scale.
    """
    path, _, scale = name.partition(":")
    module = _module(path)
    if not hasattr(module, "get_study"):
        raise UserError(f"{path} declares no study (no get_study): use one of configs/studies")
    return module.get_study(scale)


@functools.cache
def base(config: str) -> dict[str, Any]:
    """The fields of a config file with its presets, by dotted name.

    Args:
      config: as after `--config=`.

    Returns:
      Their values, as JSON has them.

    Raises:
      UserError: the file or preset does not exist.
    """
    path, _, presets = config.partition(":")
    return run_folder.flatten(json.loads(_module(path).get_config(presets).to_json()))


def _module(path: str) -> ModuleType:
    if not Path(path).is_file() or not path.endswith(".py"):
        raise UserError(f"{path}: no such file; studies are in configs/studies, configs in configs")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
