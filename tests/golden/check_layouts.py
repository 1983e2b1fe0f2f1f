"""Ports real torch files of every layout and compares every stage with torch.

    pip install -e '.[port]'
    python tests/golden/check_layouts.py

The tests need no torch, so they cannot open a .pth file: this does, once per change of the readers.
It stops at the first deviation, and ends with "all as expected".
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import jax
import numpy as np
import torch
from make_layouts import write_layouts
from torch_resnet import ResNet as TorchResNet

from lanet_jax.checkpoint.pretrained import load_backbone
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet


def port(source: Path, out: Path) -> subprocess.CompletedProcess:
    """Runs the command as a user would."""
    command = [sys.executable, "-m", "lanet_jax.port", str(source), str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def largest_difference(network: TorchResNet, weights: Path) -> float:
    """Largest absolute difference of any stage's map from torch's, in evaluation mode."""
    width = network.conv1.out_channels
    ours = ResNet(18 if network.layer1[0].count == 2 else 50, width)
    images = np.random.default_rng(0).normal(size=(2, 50, 40, 3)).astype(np.float32)
    shapes = jax.eval_shape(lambda x: ours.init(jax.random.key(0), x, True), images)
    params, stats = load_backbone(weights, shapes["params"], shapes["batch_stats"])
    maps, _ = jax.jit(apply, static_argnums=(0, 4))(ours, params, stats, images, False)
    with torch.no_grad():
        _, theirs = network.eval()(torch.from_numpy(images).permute(0, 3, 1, 2))
    pairs = zip(maps, theirs, strict=True)
    return max(float(np.abs(a - b.permute(0, 2, 3, 1).numpy()).max()) for a, b in pairs)


def main() -> None:
    """Checks every file that make_layouts writes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_layouts(folder)
        torch.load(folder / "payload.pth", weights_only=False)
        assert (folder / "ran").exists(), "the payload is not live, so this would prove nothing"
        (folder / "ran").unlink()
        for name, (source, network) in files.items():
            out = folder / f"{name}.safetensors"
            done = port(source, out)
            print(f"--- {name}: exit {done.returncode}\n{done.stdout}{done.stderr}", end="")
            assert not (folder / "ran").exists(), "the payload ran"
            if network is None:
                assert (done.returncode, out.exists()) == (1, False)
                assert done.stderr.startswith("error: ")
                assert done.stderr.count("\n") == 1
            else:
                assert done.returncode == 0
                difference = largest_difference(network, out)
                print(f"largest difference from torch: {difference:.1e}")
                assert difference < 1e-4
    print("all as expected")


if __name__ == "__main__":
    main()
