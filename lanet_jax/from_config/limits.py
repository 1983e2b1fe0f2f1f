"""The values that each field of a config may have."""

import difflib
from collections.abc import Callable
from typing import NamedTuple

import ml_collections
from flax.traverse_util import flatten_dict

from lanet_jax.errors import UserError
from lanet_jax.models.backbones import FAMILIES
from lanet_jax.recipes import PUBLISHED

_PIXELS = 4096
_LARGEST, _SMALLEST = 1e30, 1e-30  # what float32 holds, with room to compute
_MOST = 10**9  # steps are counted in 32 bits
_NUMBER = int | float


class Limit(NamedTuple):
    """The values that a field may have.

    Attributes:
      holds: says whether a value is valid.
      may_be: the valid values in words, for errors and the help.
    """

    holds: Callable[[object], bool]
    may_be: str


def one_of(*choices: str | int) -> Limit:
    """One word or number from a list."""
    holds = lambda x: any(x == c and type(x) is type(c) for c in choices)  # noqa: E731
    return Limit(holds, " | ".join(map(str, choices)))


def whole(least: int, most: int = _MOST) -> Limit:
    """A whole number from `least` to `most`."""
    may_be = f"a whole number from {least} to {most}"
    return Limit(lambda x: type(x) is int and least <= x <= most, may_be)


def number(least: float = 0.0, most: float = _LARGEST, above: bool = False, below=False) -> Limit:
    """A finite number from `least` to `most`; `above` and `below` exclude the ends themselves.

    A number that is not 0 but would be 0 in float32 is refused, too.
    """

    def holds(x: object) -> bool:
        if not isinstance(x, _NUMBER) or isinstance(x, bool) or not abs(x) <= _LARGEST:
            return False
        if 0 < abs(x) < _SMALLEST:
            return False
        return (least < x if above else least <= x) and (x < most if below else x <= most)

    low = f"above {least:g}" if above else f"from {least:g}"
    return Limit(holds, f"a number {low} {'to below' if below else 'to'} {most:g}")


def numbers(count: int, each: Limit, ordered: bool = False) -> Limit:
    """A tuple of `count` numbers; with `ordered`, the lesser one first."""

    def holds(x: object) -> bool:
        if not isinstance(x, tuple | list) or len(x) != count or not all(map(each.holds, x)):
            return False
        return not ordered or x[0] <= x[1]

    order = ", the lesser one first" if ordered else ""
    return Limit(holds, f"{count} times {each.may_be}{order}")


def names(may_be: str, different: bool = False, least: int = 1) -> Limit:
    """A tuple of at least `least` texts without commas; with `different`, none of them twice."""

    def holds(x: object) -> bool:
        if not isinstance(x, tuple | list) or len(x) < least or not all(map(_TEXT.holds, x)):
            return False
        if any("," in name for name in x):  # `a,b` of a command line is one text
            return False
        return not different or len(set(x)) == len(x)

    return Limit(holds, may_be)


def fitted(limit: Limit, left: float = 0) -> Limit:
    """A limit that also allows a value of the field's own type, for which `fit` chooses one."""
    holds = lambda x: (type(x) is type(left) and x == left) or limit.holds(x)  # noqa: E731
    return Limit(holds, f"{limit.may_be}; or {left:g}, to be chosen from the data")


_TEXT = Limit(
    lambda x: isinstance(x, str) and bool(x.strip()) and "\0" not in x,
    "a name; it must not be empty",
)
_MAYBE_TEXT = Limit(lambda x: isinstance(x, str) and "\0" not in x, "a path, or empty")
_SWITCH = Limit(lambda x: isinstance(x, bool), "True | False")
_SHARE = number(0, 1)
_SEED = whole(0, 2**32 - 1)  # JAX keeps 32 bits of a seed and silently drops the rest
_DATASETS = names("prepared datasets, such as \"('rafdb', 'mine')\"; none twice", different=True)

LIMITS: dict[str, Limit] = {
    "method": one_of(*PUBLISHED),
    "schedule": one_of("published", "shared"),
    "seed": _SEED,
    "precision": one_of("float32", "bfloat16"),
    "data.dir": _TEXT,
    "data.train": _DATASETS,
    "data.train_split": _TEXT,
    "data.test": names("prepared datasets, none twice; or (), with data.holdout", True, 0),
    "data.test_split": names("one split for each of data.test, such as \"('test',)\"", least=0),
    "data.limit": whole(0),
    "data.holdout": number(0, 1, below=True),
    "data.fold": whole(0),
    "data.stored_size": whole(0, _PIXELS),
    "data.streams": one_of(1, 2),
    "data.threads": whole(1, 1024),
    "noise.kind": one_of("none", "symmetric", "asymmetric", "file"),
    "noise.rate": _SHARE,
    "noise.exact": _SWITCH,
    "noise.seed": _SEED,
    "noise.file": _MAYBE_TEXT,
    "noise.truth_known": _SWITCH,
    "sampler": one_of("progressive", "uniform"),
    "augment.size": fitted(whole(8, _PIXELS)),
    "augment.resample": one_of("linear", "cubic"),
    "augment.noise_prob": _SHARE,
    "augment.noise_variance": number(0),
    "augment.mean": numbers(3, _SHARE),
    "augment.std": numbers(3, number(0, above=True)),
    "augment.crop_scale": numbers(2, number(0, 1, above=True), ordered=True),
    "augment.crop_ratio": numbers(2, number(0, above=True), ordered=True),
    "augment.flip": _SHARE,
    "augment.flip_swaps_points": _SWITCH,
    "augment.jitter": numbers(3, _SHARE),
    "augment.erase_prob": _SHARE,
    "augment.erase_scale": numbers(2, number(0, 1, above=True), ordered=True),
    "augment.erase_ratio": numbers(2, number(0, above=True), ordered=True),
    "model.family": one_of(*FAMILIES),
    **{f"model.{k}": one_of(*v) for family in FAMILIES.values() for k, v in family.choices.items()},
    "model.width": fitted(whole(1, 4096)),
    "model.pretrained": _MAYBE_TEXT,
    "model.frozen_stages": fitted(whole(0), -1),
    "landmarks.enabled": _SWITCH,
    "landmarks.head": one_of("coordinates", "heatmap"),
    "landmarks.trunk": one_of("separate", "shared_stem"),
    "landmarks.frame": one_of("face", "image"),
    "landmarks.points": one_of("expressive", "all"),
    "lde.spaces": one_of("none", "expression", "both"),
    "lde.landmark_space": one_of("features", "geometry"),
    "lde.neighbors": fitted(whole(1)),
    "lde.memory": whole(0, 2**24),
    "lde.neighbor_labels": one_of("predicted", "observed"),
    "lde.sharpness": number(1, 10),
    "lde.decay": number(0, 1, below=True),
    "lde.exclude_same_id": _SWITCH,
    "lde.stop_gradient_neighbors": _SWITCH,
    "el.enabled": _SWITCH,
    "el.pair_labels": one_of("pseudo", "one_hot"),
    "el.hidden": one_of("features", "projection"),
    "el.threshold": _SHARE,
    "el.temperature": number(0, above=True),
    "el.momentum": _SHARE,
    "el.queue_size": fitted(whole(1, 2**24)),
    "el.projection": whole(0, 4096),
    "el.batch_negatives": _SWITCH,
    "scn.margin": number(0),
    "scn.top_share": number(0, 1, above=True, below=True),
    "scn.relabel_margin": _SHARE,
    "scn.relabel_epoch": whole(1),
    "eac.weight": number(0),
    "ce.targets": one_of("labels", "votes"),
    "loss.alpha": number(0),
    "loss.beta": number(0),
    "loss.trust": number(0),
    "loss.trust_balance": _SHARE,
    "optim.epochs": fitted(whole(1)),
    "optim.batch_size": fitted(whole(2)),
    "optim.learning_rate": fitted(number(0, above=True), 0.0),
    "optim.weight_decay": number(0),
    "optim.head_learning_rate": number(0),
    "optim.schedule": one_of("linear", "exponential"),
    "optim.decay": number(0, 1, above=True),
    "optim.warmup": number(0),
    "train.log_every": whole(1),
    "train.checkpoint_every": whole(0),
    "train.keep": whole(1),
    "profile.start": whole(1),
    "profile.steps": whole(0),
}


def check(c: ml_collections.ConfigDict) -> None:
    """Checks that a config has exactly the known fields, each with a valid value.

    Args:
      c: config to check, which is not changed.

    Raises:
      UserError: a field is missing, unknown or invalid.
    """
    values = flatten(c)
    if absent := LIMITS.keys() - values.keys():
        raise UserError(
            f"the config has no field {min(absent)}: begin it with "
            "lanet_jax.from_config.fields.get_config()"
        )
    if unknown := values.keys() - LIMITS.keys():
        raise UserError(f"--config.{min(unknown)}: nothing reads this field; {hint(min(unknown))}")
    for field, limit in LIMITS.items():
        if not limit.holds(values[field]):
            raise UserError(f"--config.{field}={values[field]!r}: must be {limit.may_be}")


def hint(unknown: str) -> str:
    """Advice on a field that does not exist: the one that it resembles."""
    near = difflib.get_close_matches(unknown, LIMITS, 1)
    return f"did you mean {near[0]}?" if near else "`lanet train --help` lists the fields"


def flatten(c: ml_collections.ConfigDict) -> dict[str, object]:
    """The values of a config by their dotted names."""
    return flatten_dict(c.to_dict(), sep=".")
