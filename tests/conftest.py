"""Eight devices, shape checks where the mathematics is, a look into functions and at pages."""

import os
import shutil
import subprocess

# Before the first computation. Tiny programs take longer to optimise than to run; commands that
# tests start add to these flags, of which the last one counts.
os.environ["XLA_FLAGS"] = " ".join(
    (
        "--xla_force_host_platform_device_count=8",
        "--xla_backend_optimization_level=0",
        "--xla_llvm_disable_expensive_passes=true",
    )
)

import hypothesis
import jax
import jax.extend.core
import pytest
from jaxtyping import install_import_hook

# The same examples everywhere; a slow machine is no fault.
hypothesis.settings.register_profile("lanet_jax", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("lanet_jax")

# Not el.queue: a pytree's leaves may be specs or shapes instead of arrays.
CHECKED = (
    *("augment", "lde", "ops"),
    *("el.contrast", "el.momentum", "el.pairs", "el.projection"),
    *("models.resnet", "models.classifiers", "models.linear", "models.landmarks"),
    "models.two_branch",
)
# Before any of them is imported; by beartype, as typeguard 4 reads "B D" in an annotation as code.
install_import_hook([f"lanet_jax.{name}" for name in CHECKED], "beartype.beartype")


@pytest.fixture
def traced_shapes():
    """Shapes of all arrays that a function makes when called, those in nested functions too."""

    def shapes(function, *args):
        found, jaxprs = [], [jax.make_jaxpr(function)(*args).jaxpr]
        while jaxprs:
            for equation in jaxprs.pop().eqns:
                found += [v.aval.shape for v in equation.outvars]
                jaxprs += jax.extend.core.jaxprs_in_params(equation.params)
        return found

    return shapes


@pytest.fixture
def real_models():
    """Skips where the face models or what runs them are absent."""
    pytest.importorskip("ai_edge_litert", reason="extra faces")
    from lanet_jax.errors import UserError
    from lanet_jax.faces import downloads

    try:
        for name in downloads.MODELS:
            downloads.path(name)
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture
def console(tmp_path):
    """What a page's console says, and the document that came of it."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        pytest.fail("this test needs chromium on the PATH: apt-get install chromium")

    def load(path):
        flags = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
            *("--disable-background-networking", "--disable-component-update"),
            *(f"--user-data-dir={tmp_path / 'browser'}", "--enable-logging=stderr", "--v=0"),
        )
        command = [binary, *flags, "--dump-dom", path.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return [line for line in done.stderr.splitlines() if "CONSOLE" in line], done.stdout

    return load
