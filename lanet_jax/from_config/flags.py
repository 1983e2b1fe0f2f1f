"""Reads a config from the flags of a command line."""

import re
from collections.abc import Sequence

import ml_collections
from absl import flags
from ml_collections import config_flags

from lanet_jax.errors import UserError
from lanet_jax.from_config import config_files

NEEDED = "--config=FILE and --workdir=DIR are needed (see `lanet train --help`)"


def define(
    values: flags.FlagValues = flags.FLAGS, argv: list[str] | None = None
) -> flags.FlagHolder[ml_collections.ConfigDict]:
    """Defines `--config=FILE[:PRESET,...]` and `--config.FIELD=VALUE`.

    Args:
      values: where they are defined.
      argv: the command line that will be read; None for this process's own.

    Returns:
      The flag, whose value is the config once the line has been read.
    """
    text = "Config file, with presets after a colon."
    return config_flags.DEFINE_config_file("config", None, text, values, sys_argv=argv)


def read(argv: Sequence[str], values: flags.FlagValues = flags.FLAGS) -> list[str]:
    """Reads flags.

    Args:
      argv: a command line with `--config`.
      values: where the flags are defined.

    Returns:
      The words that are not flags, the program's name first.

    Raises:
      UserError: the config does not load, a field does not exist, or a flag has an invalid value.
    """
    try:
        return values(_with_file_found(argv))
    except (AttributeError, KeyError) as error:  # ml_collections' for a field that is not there
        raise UserError(_unknown(argv) or str(error)) from error
    except (flags.Error, TypeError, ValueError) as error:
        raise UserError(_unread(str(error))) from error


def config(words: Sequence[str]) -> ml_collections.ConfigDict:
    """The config that flags describe, apart from this process's own.

    Args:
      words: `--config=...` and `--config.FIELD=VALUE`.

    Returns:
      The config, not resolved.

    Raises:
      UserError: as `read` does.
    """
    values, argv = flags.FlagValues(), ["", *words]
    flag = define(values, argv)
    read(argv, values)
    return flag.value


def fields(argv: Sequence[str]) -> list[str]:
    """The fields that a command line sets, in its order, by their dotted names."""
    found = (re.match(r"--?(?:no)?config\.([\w.]+)", word) for word in argv)
    return [match[1] for match in found if match]


def _unknown(argv: Sequence[str]) -> str:
    """The message for the first field of a command line that no config has; "" if all are known."""
    from lanet_jax.from_config import limits

    for field in fields(argv):
        if field not in limits.LIMITS:
            return f"--config.{field}: no config has this field; {limits.hint(field)}"
    return ""


def _unread(message: str) -> str:
    """The message for a flag with an invalid value, with the values that it may have."""
    from lanet_jax.from_config.limits import LIMITS

    found = re.match(r"flag --config\.([\w.]+)=(.*?): ", message, re.DOTALL)
    if found and found[1] in LIMITS:
        return f"--config.{found[1]}={found[2]}: must be {LIMITS[found[1]].may_be}"
    return "; ".join(line.strip() for line in message.splitlines())


def _with_file_found(argv: Sequence[str]) -> list[str]:
    """The command line with the config's path resolved; ml_collections would hide why it fails."""
    for i, word in enumerate(argv[1:], 1):
        if match := re.fullmatch(r"(--?config)(?:=(.*))?", word, re.DOTALL):
            flag, given = match.groups()
            if given is None and len(argv) <= i + 1:
                break
            value = argv[i + 1] if given is None else given
            path, _ = config_files.config(value)
            found = f"{flag}={path}{''.join(value.partition(':')[1:])}"
            return [*argv[:i], found, *argv[i + (2 if given is None else 1) :]]
    raise UserError(NEEDED)
