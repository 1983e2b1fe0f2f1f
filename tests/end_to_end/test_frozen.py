"""A run of another family on frozen stages: every command reads it by its own card."""

import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.checkpoint import pretrained
from lanet_jax.models import backbones

ROOT = Path(__file__).parents[2]


def test_every_command_reads_a_run_on_frozen_stages(train, environment, tmp_path):
    settings = {"family": "face29", "blocks": 13, "width": 4}
    variables = backbones.make(settings).init(jax.random.key(0), jnp.zeros((1, 48, 48, 3)), False)
    weights = tmp_path / "faces.safetensors"
    parts = jax.tree.map(np.asarray, (variables["params"], variables["batch_stats"]))
    pretrained.save(weights, *parts, {})
    run = tmp_path / "run"
    fields = {"frozen_stages": 2, "pretrained": weights, **settings}
    model = [f"--config.model.{name}={value}" for name, value in fields.items()]
    train(run, *model, "--config.augment.size=48", "--config.optim.epochs=1")
    model_file = tmp_path / "model.safetensors"
    for command in (
        ("evaluate", f"--workdir={run}"),
        ("audit", f"--workdir={run}"),
        ("export", f"--workdir={run}", "--format=safetensors", f"--out={model_file}"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", f"lanet_jax.{command[0]}", *command[1:]],
            cwd=ROOT,
            env=environment(1),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stderr[-3000:])
    assert (run / "evaluation" / "test" / "metrics.json").is_file()
    assert (run / "audit.csv").is_file() and model_file.is_file()
