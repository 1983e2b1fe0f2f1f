"""The colours of the page, in light and dark mode, and of the figures.

The series' colours differ in lightness as well as in hue, so that any two can be told apart with
every kind of colour blindness (the test simulates each). Colour never carries a meaning alone:
lines also differ by their dashes, and legends name both.
"""

LIGHT = {
    "page": "#f6f7f9",
    "card": "#ffffff",
    "ink": "#16202c",
    "muted": "#5a6675",
    "rule": "#dde2e8",
    "heat": "#084b7d",
    "on-heat": "#ffffff",
    "series-0": "#0072b2",
    "series-1": "#c24a00",
    "series-2": "#143d2c",
    "series-3": "#8f4468",
    "series-4": "#4d3b05",
    "series-5": "#8a8fa6",
}

DARK = {
    "page": "#10151c",
    "card": "#18202a",
    "ink": "#e6ebf1",
    "muted": "#9aa7b6",
    "rule": "#2c3743",
    "heat": "#56b4e9",
    "on-heat": "#0c1116",
    "series-0": "#56b4e9",
    "series-1": "#ff9357",
    "series-2": "#3df09a",
    "series-3": "#cf93ab",
    "series-4": "#f0d930",
    "series-5": "#eef3f8",
}

# Colours of the eight expressions in figures, in canonical order, for the light mode only.
CLASSES = (
    *("#cd1508", "#2e7b56", "#7c459f", "#efa400"),
    *("#072db8", "#51b8ea", "#98b0b1", "#372211"),
)

DASHES = ("none", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")


def variables(colors: dict[str, str]) -> str:
    """Writes colours as CSS variables."""
    return " ".join(f"--{name}: {value};" for name, value in colors.items())


def series(index: int) -> tuple[str, str]:
    """Colour and dashes of a series, the same wherever it appears on the page."""
    # The seventh series has the first one's colour, but not its dashes.
    return f"var(--series-{index % 6})", DASHES[(index + index // 6) % len(DASHES)]
