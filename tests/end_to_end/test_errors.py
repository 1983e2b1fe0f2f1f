"""What a user gets wrong: one line that says what, where and what to do."""

import subprocess
from pathlib import Path

import jax
import numpy as np
import pytest

from configs import demo
from lanet_jax.devices import mesh
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import run as run_lib
from lanet_jax.input import records
from lanet_jax.run import folder as run_folder

ROOT = Path(__file__).parents[2]


def _build(c, folder: Path) -> run_lib.Run:
    resolved = config_lib.resolve(c)
    run_folder.claim(folder, resolved)
    return run_lib.run(resolved, folder)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--config.optim.lerning_rate=1"], ["--config.optim.lerning_rate", "learning_rate"]),
        (["--config.data.dir=/nowhere"], ["/nowhere/demo", "lanet prepare demo"]),
        (["--config.method=lanett"], ["--config.method='lanett'", "ce | lanet"]),
        (["--config.el.queue_size=100"], ["el.queue_size=100", "optim.batch_size=8", "96 or 104"]),
    ],
)
def test_a_command_ends_with_one_line_and_exit_code_1(flags, said, command, environment, tmp_path):
    done = subprocess.run(
        [*command(tmp_path / "run"), *flags],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    for words in said:
        assert words in line
    assert not (tmp_path / "run" / "checkpoints").exists() or not any(
        (tmp_path / "run" / "checkpoints").iterdir()
    )


def test_a_mistyped_field_is_corrected_in_the_same_folder(message_of, config, tmp_path):
    config.noise.rate, config.model.pretrained = 0.5, "/nowhere/weights.npz"
    assert "/nowhere/weights.npz" in message_of(_build, config, tmp_path)
    run_folder.seal_labels(tmp_path)
    mistyped = (tmp_path / "labels.csv").read_text()
    config.noise.rate, config.model.pretrained = 0.1, ""
    corrected = _build(config, tmp_path)
    run_folder.seal_labels(tmp_path)
    assert len(corrected.data.wrong) < 8
    assert (tmp_path / "labels.csv").read_text() != mistyped


def test_a_preset_that_does_not_exist_is_named_with_its_nearest(message_of):
    assert "did you mean 'tiny'" in message_of(demo.get_config, "tniy")


def test_a_split_that_is_not_prepared_names_those_that_are(message_of, data_dir):
    assert "test, train" in message_of(records.load, str(data_dir), "demo", "valid")


def test_a_batch_that_the_devices_cannot_share(message_of):
    message = message_of(mesh.make, 8, jax.devices()[:1] * 3)
    assert (
        message
        == "--config.optim.batch_size=8: must be a multiple of the 3 devices, such as 6 or 9"
    )


def test_a_training_image_that_does_not_decode_is_named(message_of, config, tmp_path):
    built = _build(config, tmp_path)
    source = [dict(record) for record in built.data.train.sources[0]]
    position = int(built.data.train.position[5])
    name = built.data.train.names[5]
    for broken in (b"", b"no image", source[position]["image"][:40]):
        source[position]["image"] = broken
        object.__setattr__(built.data.train, "sources", (source,))
        message = message_of(built.data.train.read, 5, 0)
        assert name in message and "lanet prepare" in message


def test_an_unknown_class_in_a_label_file_is_named_with_its_line(
    message_of, config, data_dir, tmp_path
):
    names = records.load(str(data_dir), "demo", "train").names
    config.noise.kind, config.noise.file = "file", str(tmp_path / "labels")
    Path(config.noise.file).write_text(f"name,given,true\n{names[0]},anger,\n{names[1]},joy,\n")
    message = message_of(_build, config, tmp_path / "run")
    assert "line 3" in message and "'joy'" in message


def test_another_config_in_the_same_folder_names_the_differing_keys(message_of, config, tmp_path):
    _build(config, tmp_path)
    (tmp_path / "checkpoints" / "3").mkdir(parents=True)
    config.lde.neighbors = 3
    config.train.keep = 7  # may differ
    message = message_of(_build, config, tmp_path)
    assert "lde.neighbors (8 there, 3 now)" in message and "train.keep" not in message


def test_pretrained_weights_of_another_width_name_the_tensors(message_of, config, tmp_path):
    from lanet_jax.checkpoint import pretrained

    built = _build(config, tmp_path / "a")
    params, state = jax.jit(built.method.init)(jax.random.key(0), built.example)
    backbone = params["expression"]["backbone"], state["expression"]["backbone"]
    pretrained.save(tmp_path / "w.safetensors", *jax.tree.map(np.asarray, backbone), {})
    config.model.pretrained = str(tmp_path / "w.safetensors")
    loaded = _build(config, tmp_path / "b").example.pretrained
    np.testing.assert_array_equal(
        loaded[0]["conv1"]["kernel"], params["expression"]["backbone"]["conv1"]["kernel"]
    )
    config.model.width = 6
    message = message_of(_build, config, tmp_path / "c")
    assert "conv1" in message and "w.safetensors" in message
