import jax
import jax.numpy as jnp
import pytest

from lanet_jax.profiling.hlo import operations
from lanet_jax.profiling.profiler import Profiler

STATE, X = jnp.full((3, 3, 8, 8), 0.1), jnp.ones((16, 32, 32, 8))


def train_step(state, x):
    def loss(weights):
        with jax.named_scope("backbone"):
            y = jax.lax.conv_general_dilated(
                x, weights, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            y = jnp.tanh(y)
        with jax.named_scope("lde"):
            return jnp.sum(jax.lax.sort(y.reshape(-1, 8))[:, -2:] ** 2)

    gradient = jax.grad(loss)(state)
    with jax.named_scope("optimizer"):
        return state - 0.01 * jnp.sign(gradient)


def _run(folder, steps, profiled, first=1, stopped=None):
    state, step_fn = STATE, jax.jit(train_step).lower(STATE, X).compile()
    other = jax.jit(lambda x: jnp.cos(x) @ jnp.sin(x).T)
    profiler = Profiler(folder, *profiled, last=steps, behind=first - 1)
    for number in range(first, steps + 1):
        profiler.begin(number, state)
        state = step_fn(state, X)
        profiler.end(number, state, step_fn)
        if number == stopped:
            profiler.stop(number, state, step_fn)
            return
        other(jnp.ones((256, 256))).block_until_ready()  # as an evaluation does


@pytest.fixture(scope="session")
def run_steps():
    """Runs steps under a profiler."""
    return _run


@pytest.fixture(scope="session")
def ops_of_step():
    """The operations of the step."""
    return operations(jax.jit(train_step).lower(STATE, X).compile().as_text())


@pytest.fixture(scope="session")
def profile(tmp_path_factory):
    """The folder of a run of five steps of which the second and third are traced."""
    folder = tmp_path_factory.mktemp("profile")
    _run(folder, steps=5, profiled=(2, 2))
    return folder


@pytest.fixture(scope="session")
def trace(profile):
    """The trace in it."""
    (path,) = profile.glob("plugins/profile/*/*.xplane.pb")
    return path
