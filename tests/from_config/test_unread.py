"""What a user sets in vain is told; what a preset sets is not."""

import pytest

from lanet_jax.from_config import config, flags, limits, unread
from lanet_jax.recipes import PUBLISHED

SECTIONS = {field.partition(".")[0] for field in limits.LIMITS if "." in field}
COMMON = {"data", "noise", "augment", "model", "optim", "train", "profile"}

ALONE = (
    "--config.landmarks.enabled=False",
    "--config.lde.spaces=expression",
    "--config.el.enabled=False",
)


def noted(*words):
    """The note on a command."""
    c = config.resolve(flags.config(words))
    return unread.note(c, [*words, "--workdir=runs/--config.eac.weight"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--config.method=ce", "--config.eac.weight=3"), ["eac.weight by method=ce"]),
        (
            ("--config.method=ce", "--config.lde.neighbors=4", "--noconfig.el.enabled"),
            ["lde.neighbors by method=ce", "el.enabled by method=ce"],
        ),
        (("--config.method=rul", "--config.scn.margin", "0.1"), ["scn.margin by method=rul"]),
        (("--config.scn.margin=0.1",), ["scn.margin by method=lanet"]),
        (("--config.method=scn", "--config.scn.margin=0.1", "--config.seed=2"), []),
        (("--config.lde.neighbors=4", "--config.loss.trust=1.0"), []),
        (("--config.method=ce", "--config.ce.targets=labels"), []),
        (
            ("--config.model.family=face29", "--config.model.stem=small"),
            ["model.stem by model.family=face29"],
        ),
        (
            (*ALONE, "--config.landmarks.head=heatmap", "--config.lde.landmark_space=geometry"),
            [f"{f} by landmarks.enabled=False" for f in ("landmarks.head", "lde.landmark_space")],
        ),
        (("--config.method=ce", *ALONE[:1]), ["landmarks.enabled by method=ce"]),
        (ALONE, []),
    ],
)
def test_fields_in_vain(words, told):
    start = "note: not read, so without effect: "
    expected = start + ", ".join(f"--config.{one}" for one in told) if told else ""
    assert noted("--config=rafdb", *words) == expected


@pytest.mark.parametrize("preset", ["demo:tiny,robust", "ferplus:cpu,robust,face"])
@pytest.mark.parametrize("method", PUBLISHED)
def test_what_a_preset_sets_is_not_told(preset, method):
    assert noted(f"--config={preset}", f"--config.method={method}") == ""


def test_each_section_is_of_all_methods_or_of_some():
    assert SECTIONS == COMMON | unread._OF_METHODS | unread._OF_LANET
