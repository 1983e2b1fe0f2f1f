"""Loads study files and config files, by path or by the name of a bundled one."""

import functools
import json
from typing import Any

from flax.traverse_util import flatten_dict

from lanet_jax.errors import UserError
from lanet_jax.from_config import config_files
from lanet_jax.study.grid import Study


def load(name: str) -> Study:
    """Reads a study file.

    Args:
      name: the file, and after a colon its scale: "configs/studies/table1.py:cpu" or "table1:cpu".

    Returns:
      The study that its `get_study(scale)` declares.

    Raises:
      UserError: there is no such file or scale.
    """
    file, _, scale = name.partition(":")
    path = config_files.find(file, config_files.STUDIES)
    study = config_files.call(path, "get_study", scale)
    if not isinstance(study, Study):
        raise UserError(f"{path}: its get_study returns no Study but {type(study).__name__}")
    return study


@functools.cache
def base(config: str) -> dict[str, Any]:
    """The fields of a config file with its presets, by dotted name.

    Args:
      config: config file and presets, as after `--config=`.

    Returns:
      The values as in JSON.

    Raises:
      UserError: the file or preset does not exist.
    """
    return flatten_dict(json.loads(config_files.config(config)[1].to_json()), sep=".")
