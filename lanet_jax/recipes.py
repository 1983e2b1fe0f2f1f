"""The methods' published recipes, as far as they differ from the fields of a config."""

IMAGENET = {"augment.mean": (0.485, 0.456, 0.406), "augment.std": (0.229, 0.224, 0.225)}

# What CE, SCN, RUL and EAC share (SPEC section 6).
PEERS = {
    **IMAGENET,
    "augment.erase_prob": 0.5,
    "augment.erase_scale": (0.02, 0.25),
    "optim.weight_decay": 1e-4,
    "optim.schedule": "exponential",
    "optim.decay": 0.9,
}

# `schedule = published` writes these over the config's fields.
PUBLISHED: dict[str, dict[str, object]] = {"ce": PEERS, "lanet": {}}
