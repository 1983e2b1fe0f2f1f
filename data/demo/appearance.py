"""How a synthetic face looks apart from its shape: hair, colours, light, camera, flaws."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Colour = Float[np.ndarray, "3"]

_SKIN = np.array(
    [
        (255, 219, 190),
        (244, 200, 164),
        (229, 178, 134),
        (203, 146, 104),
        (158, 103, 70),
        (98, 64, 46),
    ]
)
_HAIR = np.array(
    [
        (28, 23, 24),
        (56, 38, 30),
        (96, 62, 40),
        (140, 92, 52),
        (196, 154, 92),
        (150, 66, 36),
        (150, 148, 146),
    ]
)
_IRIS = np.array([(70, 42, 26), (92, 62, 34), (84, 104, 64), (78, 112, 148), (110, 124, 130)])


@dataclass(frozen=True)
class Style:
    """Hair, beard, glasses and age, in face units where they are lengths.

    Attributes:
      hair: one of "bald", "short", "long".
      hair_end: y where the hair at the back ends.
      volume: how far the hair stands off the head.
      hairline: y of the hairline at the middle of the forehead.
      hairline_power: how squarely the hairline turns down at the temples.
      parting: how much lower the hairline lies on one side.
      beard, moustache: opacity, 0 for none.
      glasses: frame thickness, 0 for none.
      age: depth of the face's own lines, 0 .. 1.
      gaze: where the eyes look, (right, down).
    """

    hair: str
    hair_end: float
    volume: float
    hairline: float
    hairline_power: float
    parting: float
    beard: float
    moustache: float
    glasses: float
    age: float
    gaze: Float[np.ndarray, "2"]


@dataclass(frozen=True)
class Palette:
    """Colours of the parts, RGB 0 .. 255."""

    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    frame: Colour
    backdrop: Float[np.ndarray, "3 3"]


@dataclass(frozen=True)
class Pose:
    """Where the head is: angles in radians, the rest in image widths."""

    yaw: float
    pitch: float
    roll: float
    scale: float
    shift: Float[np.ndarray, "2"]


@dataclass(frozen=True)
class Camera:
    """Light and what the camera does to it.

    Attributes:
      light: direction the light comes from (right, down, towards the viewer), unit length.
      ambient, diffuse: strength of the light from everywhere and from that direction.
      tint: colour of the light as factors.
      contrast, brightness: slope around mid-grey, and offset in grey levels.
      grey: whether the image is black and white.
      blur: passes of the [1 2 1] filter at 48 px.
      noise: standard deviation of the pixel noise in grey levels.
    """

    light: Float[np.ndarray, "3"]
    ambient: float
    diffuse: float
    tint: Colour
    contrast: float
    brightness: float
    grey: bool
    blur: int
    noise: float


def _between(palette: Float[np.ndarray, "n 3"], rng: np.random.RandomState) -> Colour:
    position = rng.uniform(0, len(palette) - 1)
    low = int(position)
    return palette[low] + (position - low) * (palette[low + 1] - palette[low])


def draw_style(rng: np.random.RandomState) -> Style:
    """Draws hair, beard, glasses, age and gaze."""
    hair = ("bald", "short", "short", "long", "long")[rng.randint(5)]
    bearded = rng.uniform() < (0.05 if hair == "long" else 0.25)
    return Style(
        hair=hair,
        hair_end=rng.uniform(0.9, 2.4) if hair == "long" else -0.1,
        volume=rng.uniform(0.02, 0.22) + (0.05 if hair == "long" else 0),
        hairline=rng.uniform(-1.08, -0.6),
        hairline_power=rng.uniform(1.6, 7.0),
        parting=rng.uniform(-0.22, 0.22),
        beard=rng.uniform(0.25, 0.9) * bearded,
        moustache=rng.uniform(0.3, 0.9) * (bearded and rng.uniform() < 0.8),
        glasses=rng.uniform(0.025, 0.06) * (rng.uniform() < 0.1),
        age=rng.uniform(),
        gaze=rng.uniform(-1, 1, 2) * (0.07, 0.03),
    )


def draw_palette(rng: np.random.RandomState) -> Palette:
    """Draws the colours; lips follow the skin, and dark skin goes with dark hair."""
    skin = np.clip(_between(_SKIN, rng) + rng.uniform(-8, 8, 3), 0, 255)
    hair = _HAIR[rng.randint(2 if skin.sum() < 420 else len(_HAIR))] * rng.uniform(0.8, 1.15)
    painted = rng.uniform() < 0.3
    rouge = np.array([188, 52, 66]) if painted else np.array([186, 92, 88])
    base = rng.uniform(30, 235, 3)
    base = base.mean() + (base - base.mean()) * rng.uniform(0.1, 0.7)
    return Palette(
        skin=skin,
        hair=hair,
        iris=_IRIS[rng.randint(len(_IRIS))] * rng.uniform(0.8, 1.2),
        lips=skin * 0.5 + rouge * np.clip(skin.mean() / 200, 0.45, 1) * 0.5,
        clothes=rng.uniform(20, 230, 3),
        frame=rng.uniform(15, 70) + rng.uniform(0, 40, 3),
        backdrop=np.clip(
            base + rng.uniform(-45, 45, (3, 1)) + rng.uniform(-12, 12, (3, 3)), 0, 255
        ),
    )


def draw_pose(rng: np.random.RandomState) -> Pose:
    """Draws the head's pose."""
    yaw, pitch, roll = np.clip(rng.standard_normal(3), -2, 2) * np.radians((7, 4, 4))
    scale, shift = rng.uniform(0.345, 0.41), rng.uniform(-0.025, 0.025, 2)
    return Pose(yaw, pitch, roll, scale, shift)


def draw_camera(rng: np.random.RandomState) -> Camera:
    """Draws the light and the camera's flaws."""
    light = np.array([rng.uniform(-0.7, 0.7), rng.uniform(-0.8, 0.1), rng.uniform(0.5, 1.0)])
    diffuse = rng.uniform(0.2, 0.5)
    return Camera(
        light=light / np.sqrt((light**2).sum()),
        ambient=1.1 - diffuse * rng.uniform(0.75, 1.0),
        diffuse=diffuse,
        tint=1 + rng.uniform(-0.08, 0.08, 3),
        contrast=rng.uniform(0.85, 1.1),
        brightness=rng.uniform(-15, 15),
        grey=bool(rng.uniform() < 0.1),
        blur=int(rng.uniform() < 0.2),
        noise=rng.uniform(1, 4),
    )
