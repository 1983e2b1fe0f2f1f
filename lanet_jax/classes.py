"""Orders of the expression classes: ours, and those by which datasets number their labels."""

# The canonical order, shared by every dataset and checkpoint.
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
# The dataset authors' own orders, which differ from it.
RAFDB_ORDER = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")  # from 1
FERPLUS_ORDER = (
    *("neutral", "happiness", "surprise", "sadness"),
    *("anger", "disgust", "fear", "contempt"),
)
AFFECTNET_ORDER = (
    *("neutral", "happiness", "sadness", "surprise"),
    *("fear", "disgust", "anger", "contempt"),
)
