"""The methods' published recipes: the config fields that each one sets."""

IMAGENET = {"augment.mean": (0.485, 0.456, 0.406), "augment.std": (0.229, 0.224, 0.225)}

# What CE, SCN, RUL and EAC share (docs/choices.md).
PEERS = {
    **IMAGENET,
    "augment.resample": "linear",
    "augment.crop_scale": (1.0, 1.0),
    "augment.crop_ratio": (1.0, 1.0),
    "augment.jitter": (0.0, 0.0, 0.0),
    "augment.noise_prob": 0.5,
    "augment.noise_variance": 30.0,
    "augment.erase_prob": 0.5,
    "augment.erase_scale": (0.02, 0.25),
    "optim.weight_decay": 1e-4,
    "optim.schedule": "exponential",
    "optim.decay": 0.9,
}

# `schedule = published` overrides the config with these fields. CE has no published rate, epochs or
# batch size: it uses Adam's usual rate, and the config's epochs and batch size (docs/choices.md).
PUBLISHED: dict[str, dict[str, object]] = {
    "ce": {**PEERS, "optim.learning_rate": 1e-3},
    "lanet": {},
    "scn": {
        **PEERS,
        "optim.learning_rate": 1e-3,
        "optim.batch_size": 64,
        "optim.epochs": 70,
        "scn.margin": 0.07,  # at B 64
    },
    "rul": {
        **PEERS,
        "optim.learning_rate": 2e-4,
        "optim.head_learning_rate": 2e-3,
        "optim.batch_size": 64,
        "optim.epochs": 60,
    },
    "eac": {
        **PEERS,
        "augment.flip": 0.0,  # the cross-entropy never sees a mirrored face, the consistency does
        "optim.learning_rate": 2e-4,
        "optim.batch_size": 32,
        "optim.epochs": 60,
    },
}

# What a recipe has instead for ResNet-50.
DEEPER: dict[str, dict[str, object]] = {"eac": {"optim.learning_rate": 1e-4}}
