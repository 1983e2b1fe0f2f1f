import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import beside


def _own(found):
    return found.get("format") == "ours"


@pytest.mark.parametrize(
    ("owner", "files", "message"),
    [
        ("a.safetensors", {}, None),
        ("a.safetensors", {"a.json": '{"format": "ours"}'}, None),
        ("a.safetensors", {"a.json": '{"format": "ours"}', "a.safetensors": ""}, None),
        ("a.safetensors", {"a.json": '{"format": "ours"}', "a.npz": ""}, "card of a.npz"),
        ("a.npz", {"a.json": '{"format": "ours"}', "a.safetensors": ""}, "card of a.safetensors"),
        ("a.npz", {"a.json": '{"format": "ours"}', "a.onnx": "", "a.onnx.json": "{}"}, None),
        ("a.safetensors", {"a.json": '{"method": "ce"}'}, "is not the card of a.safetensors"),
        ("a.safetensors", {"a.json": "[]"}, "is not the card"),
        ("a.safetensors", {"a.json": "{"}, "is not the card"),
        ("a.safetensors", {"a.json": "{", "a.safetensors": ""}, None),
    ],
)
def test_a_card_takes_no_others_place(tmp_path, owner, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    card, owner = tmp_path / "a.json", tmp_path / owner
    if message is None:
        beside.check(card, owner, _own)
    else:
        with pytest.raises(UserError, match=message):
            beside.check(card, owner, _own)
