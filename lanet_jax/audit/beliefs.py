"""A trained run's beliefs about its training records, and the spaces it compares them in."""

import dataclasses
from pathlib import Path

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Float

from lanet_jax.checkpoint import orbax, states
from lanet_jax.from_config import training
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data, reading_back
from lanet_jax.lde.contribution import Contribution
from lanet_jax.methods.frozen import behind
from lanet_jax.methods.lanet import BRANCHES, LANet, branches
from lanet_jax.methods.method import Method
from lanet_jax.models.pure import apply
from lanet_jax.run import folder as run_folder
from lanet_jax.trained.inference import predict_records
from lanet_jax.typing import PyTree


@dataclasses.dataclass(frozen=True)
class Beliefs:
    """What a checkpoint says about every training record.

    Attributes:
      targets: the label distributions that training aimed at (Eq. 5); the probabilities of a
        method that has none.
      probabilities: the network's own, averaged over each image and its mirror image, without
        other augmentation.
      features: by space, "expression" and, if the run learned landmarks, "landmark"; averaged
        likewise, or the known landmarks if it compared those. A row of 0 has no place in the space.
      contribution: the trained score network of each space that has one (Eq. 3).
      step: number of steps trained; 0 without a run.
    """

    targets: Float[np.ndarray, "N C"]
    probabilities: Float[np.ndarray, "N C"]
    features: dict[str, Float[np.ndarray, "N D"]]
    contribution: dict[str, Contribution]
    step: int


def read(c: Config, workdir: Path, step: str, data: Data, mesh: Mesh) -> Beliefs:
    """Restores a checkpoint and passes all training records through its networks.

    Unlike `trained.load.restore` it needs what only training uses: the bank, the landmark branch
    and the score networks. `checkpoints/best` holds none of them.

    Args:
      c: config of the run.
      workdir: its work folder.
      step: a number or "last".
      data: records and labels of the run.
      mesh: devices of all hosts, axis "data".

    Returns:
      The beliefs, in the order of the training records.

    Raises:
      UserError: there is no such checkpoint, it is incomplete, or it belongs to another run.
    """
    folder, number = states.find(workdir, step)
    states.restore_card(folder, number, {"run": run_folder.identity(workdir)})  # of this run?
    method = training.method(c, len(data.train.classes), data.landmarks)
    example = training.example_of_shape(c, data.given)
    params, state = jax.eval_shape(method.init, jax.random.key(0), example)
    trained = behind(method)[0]
    whole = isinstance(trained, LANet)
    keys = {*method.inference, *((*BRANCHES, "contribution", "bank") if whole else ())}
    everywhere = NamedSharding(mesh, P())
    like = {
        part: {
            key: jax.tree.map(
                lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=everywhere), tree[key]
            )
            for key in keys
            if key in tree
        }
        for part, tree in (("params", params), ("model_state", state))
    }
    restored = orbax.restore(folder, number, like)
    params, state = restored["params"], restored["model_state"]
    probabilities, features = _pass(method, params, state, c, data, mesh)
    if isinstance(trained, LANet) and trained.network.landmark is not None:
        points, known = data.marks  # type: ignore[misc]  # it has learned them
        if trained.lde.landmark_space == "geometry":
            features["landmark"] = np.where(known[..., None], points, 0).reshape(len(points), -1)
        # As in training, a record without landmarks has no place in landmark space.
        features["landmark"] = np.where(known.any(axis=1, keepdims=True), features["landmark"], 0)
    targets = method.targets(state) if whole else None
    return Beliefs(
        targets=probabilities if targets is None else np.asarray(targets)[: len(data.train)],
        probabilities=probabilities,
        features=features,
        contribution=params.get("contribution", {}),
        step=number,
    )


def _pass(
    method: Method, params: PyTree, state: PyTree, c: Config, data: Data, mesh: Mesh
) -> tuple[Float[np.ndarray, "N C"], dict[str, Float[np.ndarray, "N D"]]]:
    preprocess = training.preprocessing(c)
    trained, below = behind(method)

    def look(params: PyTree, state: PyTree, images: jax.Array) -> tuple[jax.Array, dict]:
        images = below(state, images)
        if isinstance(trained, LANet):
            outputs, _ = apply(trained.network, branches(params), branches(state), images, False)
            spaces = {space: getattr(outputs, space) for space in branches(params)}
            return jax.nn.softmax(outputs.logits), spaces
        logits, features = trained.predict(params, state, images)
        return jax.nn.softmax(logits), {"expression": features}

    def look_twice(params: PyTree, state: PyTree, images: jax.Array) -> tuple[jax.Array, dict]:
        images = preprocess(images)
        seen = (look(params, state, view) for view in (images, images[:, :, ::-1]))
        return jax.tree.map(lambda a, b: (a + b) / 2, *seen)

    compiled = jax.jit(look_twice, out_shardings=NamedSharding(mesh, P()))
    reading = reading_back(c)
    return predict_records(compiled, params, state, data.train, mesh=mesh, reading=reading)
