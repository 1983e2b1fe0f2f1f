"""Paints a posed face: crisp parts at three times the size, soft light and flaws at the end.

Every step after the outlines works on integers, so that pixels do not depend on the machine.
"""

import numpy as np
from jaxtyping import Int, UInt8

from .appearance import Camera, Colour, Palette, Pose, Style
from .outlines import LEFT, RIGHT, Path
from .posed_face import Geometry
from .raster import topmost

_OVERSAMPLE = 3
_BACKDROP = {
    "wall": np.array([(0, 0), (0.33, 0), (0.33, 1), (0, 1)]),
    "door": np.array([(0.2, 0.5), (0.5, 0.5), (0.5, 1), (0.2, 1)]),
}


class _Layers:
    """Flat colours over a ground, from back to front."""

    def __init__(self, outlines: dict[str, Path], ground: Colour | float):
        self._outlines = outlines
        self._ground = ground
        self._shapes: list[list[Path]] = []
        self._colours: list[Colour | float] = []

    def add(self, colour: Colour | float, *names: str) -> None:
        """Puts the named parts on top as one shape, with a hole where two overlap."""
        self._shapes.append([self._outlines[name] for name in names])
        self._colours.append(colour)

    def sums(self, size: int) -> Int[np.ndarray, "H W *c"]:
        """Sums over the oversampled pixels of each pixel."""
        table = np.clip(np.rint(np.array([*self._colours, self._ground])), 0, 255).astype(np.uint8)
        fine = table[topmost(self._shapes, size * _OVERSAMPLE)]  # -1 finds the ground
        steps = range(1, _OVERSAMPLE)
        rows = sum((fine[k::_OVERSAMPLE] for k in steps), fine[::_OVERSAMPLE].astype(np.int32))
        return sum((rows[:, k::_OVERSAMPLE] for k in steps), rows[:, ::_OVERSAMPLE])


def _soften(pixels: Int[np.ndarray, "H W *c"], passes: int) -> Int[np.ndarray, "H W *c"]:
    """Filters with [1 2 1] / 4 along both axes, in integers."""
    for _ in range(passes):
        padded = np.pad(pixels, [(1, 1), (1, 1)] + [(0, 0)] * (pixels.ndim - 2), mode="edge")
        rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
        pixels = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:] + 8) >> 4
    return pixels


def _paint(
    geometry: Geometry, style: Style, palette: Palette, size: int
) -> Int[np.ndarray, "H W 3"]:
    """Crisp parts from back to front, as sums of 9 samples."""
    layers = _Layers({**geometry.outlines, **_BACKDROP}, palette.backdrop[0])
    layers.add(palette.backdrop[1], "wall")
    layers.add(palette.backdrop[2], "door")
    skin, hair = palette.skin, palette.hair
    dark = skin * 0.62
    if style.hair == "long":
        layers.add(hair * 0.75, "hair_back")
    layers.add(skin * 0.72, "neck")
    layers.add(palette.clothes, "body")
    for half in (LEFT, RIGHT):
        if style.hair != "long":
            layers.add(skin * 0.9, f"ear{half}")
    layers.add(skin, "skull")
    if style.beard:
        layers.add(skin + (hair - skin) * style.beard, "beard")
    if style.moustache:
        layers.add(skin + (hair - skin) * style.moustache, "moustache")
    for half in (LEFT, RIGHT):
        layers.add(skin * 0.45, f"nostril{half}")
        layers.add(dark, f"wing{half}")
        layers.add(np.array([236, 232, 228]), f"white{half}")
        layers.add(palette.iris, f"iris{half}")
        layers.add(palette.iris * 0.2, f"pupil{half}")
        layers.add(skin * 0.55, f"lower_lash{half}")
        layers.add(skin * 0.16, f"lash{half}")
        layers.add(hair * 0.72 + skin * 0.08, f"brow{half}")
    layers.add(palette.lips * 0.88, "lips")
    layers.add(palette.lips * 1.05, "lip_lower")
    layers.add(palette.lips * 0.45, "lip_line")
    layers.add(np.array([58, 18, 20]), "gap")
    layers.add(np.array([176, 84, 84]), "tongue")
    layers.add(np.array([238, 234, 224]), "teeth")
    if style.hair != "bald":
        layers.add(hair, "hair_front")
    if style.glasses:
        layers.add(palette.frame, "rim0", "lens0")
        layers.add(palette.frame, "rim1", "lens1")
        layers.add(palette.frame, "bridge")
    return layers.sums(size)


def _shade(geometry: Geometry, style: Style, camera: Camera, size: int) -> Int[np.ndarray, "H W"]:
    """Soft lines and patches as factors in 1/1152 (9 samples of 128)."""
    layers = _Layers(geometry.outlines, 128)
    layers.add(108, "fold_jaw")
    for name in ("cheek0", "cheek1"):
        layers.add(128 + 14 * geometry.strength[name], name)
    shadow_side = LEFT if camera.light[0] > 0 else RIGHT
    layers.add(128 - 58 * abs(camera.light[0]) * camera.diffuse, f"fold_nose{shadow_side}")
    for name, strength in geometry.strength.items():
        if strength > 0.04 and not name.startswith("cheek"):
            layers.add(128 - 78 * min(strength, 1.1), name)
    for half in (LEFT, RIGHT):
        layers.add(122, f"white{half}")
    layers.add(128, "lips")
    if style.hair != "bald":
        layers.add(128, "hair_front")
    return _soften(layers.sums(size), max(1, (size // 48) ** 2))


def _light(camera: Camera, pose: Pose, size: int) -> Int[np.ndarray, "H W"]:
    """Light on an egg where the head is, as factors in 1/256."""
    place = (np.arange(size) + 0.5) / size - 0.5
    x = (place - pose.shift[0])[None, :] / pose.scale / 1.25
    y = (place - pose.shift[1])[:, None] / pose.scale / 1.75
    radius = x**2 + y**2
    reach = 1 / np.sqrt(np.maximum(radius, 1))
    toward = np.sqrt(np.maximum(1 - radius, 0))
    lit = (camera.light[0] * x + camera.light[1] * y) * reach + camera.light[2] * toward
    return np.rint(256 * (camera.ambient + camera.diffuse * np.maximum(lit, 0))).astype(np.int32)


def render(
    geometry: Geometry,
    style: Style,
    palette: Palette,
    pose: Pose,
    camera: Camera,
    size: int,
    rng: np.random.RandomState,
) -> UInt8[np.ndarray, "H W 3"]:
    """Paints a face.

    Args:
      geometry: outlines in image widths.
      style: which parts this person has.
      palette: colours of the parts, RGB 0 to 255.
      pose: where the head is, for the light.
      camera: light and flaws.
      size: width and height in pixels.
      rng: the record's own generator, for the pixel noise.

    Returns:
      RGB pixels.
    """
    colour = _paint(geometry, style, palette, size)
    shade = _shade(geometry, style, camera, size) * _light(camera, pose, size) >> 10
    pixels = colour * shade[..., None] // (9 * 288)
    tint = np.rint(256 * camera.tint * camera.contrast).astype(np.int32)
    pixels = (pixels * tint >> 8) + round(128 * (1 - camera.contrast) + camera.brightness)
    if camera.grey:
        pixels = np.repeat((pixels @ np.array([77, 150, 29]) >> 8)[..., None], 3, axis=2)
    pixels = _soften(pixels, camera.blur * max(1, (size // 48) ** 2))
    # The sum of two uniform bytes is triangular, with standard deviation 104.5.
    grain = rng.randint(0, 256, (2, size, size), dtype=np.uint8).astype(np.int32).sum(axis=0) - 255
    pixels = pixels + (grain * round(camera.noise * 64) // 6688)[..., None]
    return np.clip(pixels, 0, 255).astype(np.uint8)
