"""How AffectNet numbers the expressions, in both layouts."""

NUMBERS = (
    "neutral",
    "happiness",
    "sadness",
    "surprise",
    "fear",
    "disgust",
    "anger",
    "contempt",
)  # 8 none, 9 uncertain, 10 no face
LABELS = 11
NOT_AN_EXPRESSION = "none, uncertain or no face (left out)"
