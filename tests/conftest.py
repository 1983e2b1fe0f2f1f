"""Eight devices, two hosts, shape checks, a look into functions and at pages."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

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

# Not el.queue and lde.memory: a pytree's leaves may be specs or shapes instead of arrays.
CHECKED = (
    *("augment", "ops"),
    *("lde.aggregate", "lde.bank", "lde.contribution", "lde.neighborhood", "lde.neighbors"),
    "lde.trust",
    *("el.contrast", "el.momentum", "el.pairs", "el.projection"),
    *("models.resnet", "models.stages", "models.classifiers", "models.linear", "models.landmarks"),
    *("models.two_branch", "models.pure"),
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


@pytest.fixture(scope="session")
def two_hosts():
    """Runs a script in two processes of two devices; returns the JSON that each says.

    Its arguments are the address at which they meet, its own number, and `arguments`.
    """

    def run(script, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        environment = {
            **os.environ,
            "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=2",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", script, address, str(number), *map(str, arguments)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(2)
        ]
        found = []
        try:
            for process in processes:
                output, errors = process.communicate(timeout=300)
                assert process.returncode in (0, -signal.SIGTERM), errors[-3000:]
                (line,) = [line for line in output.splitlines() if line.startswith("said ")]
                found.append(json.loads(line.removeprefix("said ")))
        finally:
            for process in processes:
                process.kill()
        return found

    return run


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
