import pytest

from lanet_jax.errors import UserError
from lanet_jax.trained import not_a_model


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("photo.JPG", "is an image, not a model"),
        ("photo.heic", "is an image, not a model"),
        ("net.onnx", "an export for other programs.*--format=safetensors"),
        ("NET.ONNX", "an export for other programs"),
        ("net.stablehlo", "an export for other programs"),
        ("resnet.pth", "lanet port"),
        ("notes.txt", "is not a model"),
        ("absent.jpg", "no such file or folder"),
        ("absent", "no such file or folder"),
    ],
)
def test_a_file_that_is_no_model(tmp_path, name, message):
    if "absent" not in name:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError, match=f"{message}.*"):
        not_a_model.refuse(tmp_path / name)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ([], "no run's work folder"),
        (["a.jpg"], "no run's work folder"),
        (["config.json"], "holds no checkpoint yet"),
        (["b/checkpoints/", "a/checkpoints/"], r"holds models \(a, b\)"),
        (["m.safetensors"], r"holds models \(m.safetensors\)"),
    ],
)
def test_a_folder_that_is_no_run(tmp_path, made, message):
    folder = tmp_path / "given"
    folder.mkdir()
    for name in made:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(parents=True) if name.endswith("/") else path.write_bytes(b"")
    with pytest.raises(UserError, match=message):
        not_a_model.refuse(folder)


def test_a_part_of_a_run(tmp_path):
    (tmp_path / "checkpoints" / "7").mkdir(parents=True)
    with pytest.raises(UserError, match="a part of a run's work folder"):
        not_a_model.refuse(tmp_path / "checkpoints")


def test_a_work_folder_is_left_to_whoever_restores_it(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    not_a_model.refuse(tmp_path)
