"""The canonical order of the expression classes, shared by every dataset and checkpoint."""

EXPRESSIONS = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
    "contempt",
)
