"""The paper's settings, which every config starts from, and the presets that configs share.

A preset is a word after the file name: `--config=configs/rafdb.py:reference,r50`. Where the paper
is silent, fields marked (R) follow the published code. A field whose remark names R's value
deviates from it; `:reference` switches all of these to R at once.
"""

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ml_collections

from lanet_jax.errors import UserError
from lanet_jax.models import face29

MSCELEB_MEAN, MSCELEB_STD = (0.5412, 0.4324, 0.3795), (0.2485, 0.2182, 0.2066)


def get_config() -> ml_collections.ConfigDict:
    """LA-Net at full scale, as the paper trains it; only the dataset is missing."""
    c = ml_collections.ConfigDict()
    c.method = "lanet"  # ce | scn | rul | eac | lanet
    c.schedule = "published"  # each method's own recipe, or `shared`: all fields as they stand here
    c.seed = 0  # parameters, order and augmentation; the noise has its own
    c.precision = "float32"  # of the networks' computation; bfloat16 suits GPUs and TPUs

    c.data = d = ml_collections.ConfigDict()
    d.dir = "~/tensorflow_datasets"  # where `lanet prepare` wrote
    d.train = ("",)  # prepared datasets to train on; several are mixed (Table 4)
    d.train_split = "train"
    d.test = ("",)  # prepared datasets to evaluate on, one by one
    d.test_split = ("test",)  # one for each of them
    d.limit = 0  # number of records to train on, drawn by the seed; 0 = all
    d.holdout = 0.0  # share of the noisy training set held out to choose `best` honestly
    d.fold = 0  # which part is held out: all of them in turn make a cross-validation
    d.stored_size = 0  # px; resizes images of mixed sizes on the host, 0 = all have one size
    d.streams = 2  # of random numbers; 1: limit and holdout share the noise's, as in older runs
    d.threads = 2  # worker threads that read and decode

    c.noise = n = ml_collections.ConfigDict()
    n.kind = "none"  # asymmetric as in Table 5; file: see noise.file
    n.rate = 0.3  # chance that a label is wrong; the paper has 0.1, 0.2 and 0.3
    n.exact = False  # exactly round(rate * N) wrong labels
    n.seed = 0  # its own, so that methods and seeds can share the same wrong labels
    n.file = ""  # labels for kind = file
    n.truth_known = False  # the file holds injected noise: the dataset's own labels are the truth

    c.sampler = "progressive"  # Kang et al. 2020, as the paper; or uniform

    c.augment = a = ml_collections.ConfigDict()
    a.size = 224  # px, side of the network's input
    a.mean = MSCELEB_MEAN  # (R) LA-Net starts from MS-Celeb weights
    a.std = MSCELEB_STD
    a.resample = "linear"  # in evaluation too; R: cubic
    a.noise_prob = 0.0  # (R) of Gaussian noise, which the other methods' recipes have
    a.noise_variance = 30.0  # of pixels of 0 to 255
    a.crop_scale = (0.75, 1.0)  # (R)
    a.crop_ratio = (3 / 4, 4 / 3)  # (R)
    a.flip = 0.5  # (R)
    a.flip_swaps_points = True  # R forgets to swap left and right points: False
    a.jitter = (0.4, 0.4, 0.4)  # (R) brightness, contrast, saturation
    a.erase_prob = 0.2  # (R)
    a.erase_scale = (0.02, 0.2)  # (R)
    a.erase_ratio = (0.3, 3.3)  # (R)

    c.model = m = ml_collections.ConfigDict()
    m.family = "resnet"  # face29 is dlib's face network
    m.depth = 18  # of resnet
    m.stem = "imagenet"  # of resnet; or `small`: 3x3 stride 2, no max-pool, for 48 px
    m.blocks = 13  # of face29; the last one of 14 halves the map once more
    m.width = 64  # channels of the first stage; the published face29 has 32
    m.pretrained = ""  # file of `lanet port` or `lanet export`, or face29, bundled; empty = none
    m.frozen_stages = 0  # number of stages that keep their pretrained weights, for all networks

    c.landmarks = l = ml_collections.ConfigDict()  # noqa: E741
    l.enabled = True  # False: no landmark network, L_lm or EL; the data needs no landmarks
    l.head = "coordinates"  # the paper; R: heatmap
    l.trunk = "separate"  # the paper; R: shared_stem
    l.frame = "face"  # aligned and scaled by the training set; or `image`, the paper read literally
    l.points = "expressive"  # of a face's frame: brows, eyes and mouth; or all

    c.lde = e = ml_collections.ConfigDict()
    e.spaces = "both"  # Table 2: none | expression | both
    e.landmark_space = "features"  # v, the paper; or geometry, the face's landmarks themselves
    e.neighbors = 8  # K
    e.memory = 0  # past visits whose records may be neighbours: whole batches; 0 = the paper
    e.neighbor_labels = "predicted"  # what neighbours contribute: p, the paper; or observed labels
    e.sharpness = 1.0  # power of their mean; 1 = the paper
    e.decay = 0.9  # omega
    e.exclude_same_id = True  # copies of a record are not its neighbours; R: False
    e.stop_gradient_neighbors = False  # (R)

    c.el = k = ml_collections.ConfigDict()
    k.enabled = True  # Table 2
    k.pair_labels = "pseudo"  # Table 2: pseudo | one_hot
    k.threshold = 0.7  # delta
    k.temperature = 0.1  # tau
    k.momentum = 0.999  # (R) of the key networks
    k.queue_size = 8192  # (R) Q, a multiple of the batch size
    k.projection = 0  # E; 0 = (R) 64 for depth 18 and 256 for depth 50
    k.hidden = "features"  # the projection's hidden layer is as wide as these; R: projection
    k.batch_negatives = True  # the paper's "all other combinations"; R: False

    c.ce = ml_collections.ConfigDict()  # only for method = ce
    c.ce.targets = "labels"  # or votes: the shares of the annotator votes

    c.scn = s = ml_collections.ConfigDict()  # only for method = scn
    s.margin = 0.15  # between the mean importance of the top share and of the rest; 0.07 at B 64
    s.top_share = 0.7
    s.relabel_margin = 0.2  # by which another class must be more probable than the label
    s.relabel_epoch = 10  # (R) the tenth epoch changes labels for the eleventh

    c.eac = ml_collections.ConfigDict()  # only for method = eac
    c.eac.weight = 5.0  # of the attention's consistency

    c.loss = o = ml_collections.ConfigDict()
    o.alpha = 1.0  # weight of L_kl
    o.beta = 0.1  # weight of L_el
    o.trust = 0.0  # g: weights each label's cross-entropy by what its target says about it
    o.trust_balance = 0.5  # tau: 0 counts how common a class is as evidence, 1 does not

    c.optim = p = ml_collections.ConfigDict()
    p.epochs = 80
    p.batch_size = 128  # over all devices
    p.learning_rate = 1e-3  # Adam
    p.weight_decay = 0.0  # added to the gradient, as torch.optim.Adam does
    p.head_learning_rate = 0.0  # of the layers named fc, on the same schedule; 0 = learning_rate
    p.schedule = "linear"  # to 0, per step; or exponential, per epoch
    p.decay = 0.9  # of the exponential schedule
    p.warmup = 0.0  # epochs in which the rate rises to learning_rate, before its schedule begins

    c.train = t = ml_collections.ConfigDict()
    t.log_every = 10  # steps
    t.checkpoint_every = 0  # steps; 0 = every epoch
    t.keep = 2  # checkpoints, besides the best one

    c.profile = f = ml_collections.ConfigDict()
    f.start = 20  # first profiled step; never 0, which compiles
    f.steps = 0  # how many; 0 = none
    return c


def reference(c: ml_collections.ConfigDict) -> None:
    """The published code's choices, wherever this project chooses differently."""
    c.augment.flip_swaps_points = False
    c.augment.resample = "cubic"
    c.landmarks.frame = "image"
    c.landmarks.head = "heatmap"
    c.landmarks.trunk = "shared_stem"
    c.lde.exclude_same_id = False
    c.lde.decay = 0.9
    c.el.batch_negatives = False
    c.el.hidden = "projection"
    c.loss.trust = 0.0


def two_cores(c: ml_collections.ConfigDict) -> None:
    """A part of the data at 48 px and a small network: LA-Net in an hour on two CPU cores."""
    c.schedule = "shared"  # every method sees the same images, epochs, batch and augmentation
    c.data.limit = 10_000
    # Balancing by noisy labels oversamples rare classes, whose observed labels are mostly wrong:
    # on FERPlus 46% of the visits in the last epoch have a wrong label, and both methods lose ten
    # points.
    c.sampler = "uniform"
    c.augment.size = 48
    c.model.width = 32
    c.model.stem = "small"  # the ImageNet stem leaves a 2x2 map at 48 px
    # A network this small needs time to memorise: at 30 epochs CE is one point below LA-Net, at 60
    # eight (docs/notes.md).
    c.optim.epochs = 60


def r50(c: ml_collections.ConfigDict) -> None:
    """ResNet-50, the last row of Table 3."""
    c.model.depth = 50


def robust(c: ml_collections.ConfigDict) -> None:
    """LA-Net beyond the paper, for wrong labels: trust, and many neighbours (docs/choices.md)."""
    c.lde.memory = 4096
    c.lde.neighbors = 32  # so many that the wrong labels among them average out
    c.lde.neighbor_labels = "observed"
    c.lde.sharpness = 2.0
    c.lde.decay = 0.7  # trust falls as fast as the bank forgets
    c.loss.trust = 1.0


def face(c: ml_collections.ConfigDict) -> None:
    """Fine-tunes dlib's face network, which `lanet port get-faces` fetches."""
    c.schedule = "shared"  # the recipes are for other weights
    c.sampler = "uniform"
    c.augment.size = 80
    c.augment.mean = face29.MEAN
    c.augment.std = face29.STD
    c.model.family = "face29"
    c.model.width = 32
    c.model.pretrained = "face29"
    # Training all stages is more accurate; on two cores (`cpu`, which limits the data) it takes
    # twice as long.
    c.model.frozen_stages = 2 if c.data.limit else 0
    c.optim.epochs = 40
    c.optim.learning_rate = 2e-4


Preset = Callable[[ml_collections.ConfigDict], None]
PRESETS: dict[str, Preset] = {"reference": reference, "r50": r50, "robust": robust, "face": face}
Exclusive = Mapping[tuple[str, str], str]  # presets of which one would undo the other, and why
EXCLUSIVE: Exclusive = {
    ("face", "r50"): "the presets `face` and `r50` are two networks",
    ("reference", "robust"): "`reference` is LA-Net as published, and `robust` goes beyond it",
}


def apply_presets(
    c: ml_collections.ConfigDict,
    names: str | None,
    own: Mapping[str, Preset],
    exclusive: Exclusive = MappingProxyType({}),
) -> ml_collections.ConfigDict:
    """Applies presets from left to right; `face`, which must see what others set, comes last.

    Args:
      c: a config, changed in place.
      names: comma-separated names of presets, as after the colon of `--config=FILE:...`.
      own: presets of the config file, in addition to the shared ones.
      exclusive: pairs of presets that exclude each other, in addition to the shared ones.

    Returns:
      The config, locked against unknown fields.

    Raises:
      UserError: there is no such preset, or one follows `face`, or two exclude each other.
    """
    presets = {**PRESETS, **own}
    asked = [name for name in (names or "").split(",") if name]
    for name in asked:
        if name not in presets:
            near = difflib.get_close_matches(name, presets, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UserError(f"--config: no preset {name!r}: {hint}use {', '.join(presets)}")
    for pair, why in {**EXCLUSIVE, **exclusive}.items():
        if set(pair) <= set(asked):
            raise UserError(f"--config: {why}: take one")
    if "face" in asked[:-1]:
        others = [name for name in asked if name != "face"]
        raise UserError(f"--config: `face` comes last: write {','.join([*others, 'face'])}")
    for name in asked:
        presets[name](c)
    return c.lock()
