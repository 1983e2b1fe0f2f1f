"""The command, with a made-up landmarker; the real one is tested in tests/faces."""

import importlib
import os
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from data.claim import claim
from data.landmarks import __main__ as command
from data.landmarks import finding
from data.landmarks.parts import Parts
from data.landmarks.table import load
from lanet_jax.errors import UserError

# Worker processes import it by its name. The red value of an image's first pixel is its landmarks;
# 0 stands for no face. Each call leaves a line.
FAKE = """
import os
import time
from pathlib import Path

import numpy as np

from lanet_jax.faces.find import Face

LOG = Path(__file__).with_name("calls")


def make(scheme):
    points = {"ibug68": 68, "aflw19": 19}[scheme]

    def find(image):
        red = int(image[0, 0, 0])
        with open(LOG, "a") as file:
            file.write(f"{red}\\n")
        if red == int(os.environ.get("FAKE_HANGS_AT", "-1")):
            time.sleep(600)
        if red == 255:
            os._exit(9)
        return Face(np.zeros(4), 0.5, np.full((points, 2), float(red)), 0.02, ok=red > 0)

    return find
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "fake_landmarker.py").write_text(FAKE)
    monkeypatch.syspath_prepend(tmp_path / "module")
    monkeypatch.delitem(sys.modules, "fake_landmarker", raising=False)
    module = importlib.import_module("fake_landmarker")
    yield module
    sys.modules.pop("fake_landmarker", None)


@pytest.fixture
def source(tmp_path, write):
    """Images 1 ... 6 in two folders, with red values as their names say."""
    for red in range(1, 7):
        image = np.full((4, 4, 3), (7, 7, red), np.uint8)  # BGR
        folder = "a" if red < 4 else "b"
        write(tmp_path / "source" / folder / f"{red}.png", cv2.imencode(".png", image)[1].tobytes())
    return tmp_path / "source"


def _make(source, out, fake, **options):
    finding.make(source, out, landmarker=fake.make, **{"workers": 1, "chunk": 2} | options)


def _calls(fake):
    return sorted(int(line) for line in fake.LOG.read_text().split()) if fake.LOG.exists() else []


def test_a_second_command_at_the_same_time_is_one_line(source, tmp_path, fake):
    message = r"making .*l.npz is already running \(process"
    with claim(tmp_path / "l.npz.parts", "x"), pytest.raises(UserError, match=message):
        _make(source, tmp_path / "l.npz", fake)
    assert not (tmp_path / "l.npz").exists()


def test_all_images_in_the_order_of_their_names(source, tmp_path, fake, write, capsys):
    write(source / "a" / "0.png", cv2.imencode(".png", np.zeros((4, 4, 3)))[1].tobytes())
    write(source / "b" / "bad.jpg", b"\xff\xd8\xff cut short")
    write(source / "b" / "notes.txt", "no image")
    write(source / ".trash" / "9.png", b"hidden")
    _make(source, tmp_path / "l.npz", fake, workers=2)
    table = load(tmp_path / "l.npz")
    numbered = [f"{'a' if number < 4 else 'b'}/{number}.png" for number in range(7)]
    assert table.names == [*numbered, "b/bad.jpg"]
    np.testing.assert_array_equal(table.points[:7, 0, 0], range(7))
    assert np.isnan(table.points[7]).all()
    np.testing.assert_array_equal(table.ok, [False, *[True] * 6, False])
    said = capsys.readouterr().out
    assert "8 images: 6 with landmarks (75.0%)" in said
    assert "1 without a face that can be trusted: a/0.png" in said
    assert "1 truncated or not an image: b/bad.jpg" in said
    assert "1 left out, not an image by name: b/notes.txt" in said
    assert "1 left out, hidden: .trash/" in said
    assert not Parts(tmp_path / "l.npz", "ibug68").folder.exists()


def test_other_files_beside_the_parts_stay(source, tmp_path, fake, write):
    write(tmp_path / "l.npz.parts" / "notes.txt", b"mine")
    _make(source, tmp_path / "l.npz", fake)
    assert [file.name for file in (tmp_path / "l.npz.parts").iterdir()] == ["notes.txt"]


def test_only_what_is_left_is_done(source, tmp_path, fake, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(finding, "write", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _make(source, tmp_path / "l.npz", fake)
    fake.LOG.unlink()
    parts = sorted(Parts(tmp_path / "l.npz", "ibug68").folder.iterdir())
    lost = [int(str(name)[2]) for name in np.load(parts[0])["name"]]
    parts[0].unlink()
    os.utime(source / "b" / "6.png", ns=(1, 1))  # as if it was another image now
    (source / "a" / "1.png").unlink()
    _make(source, tmp_path / "l.npz", fake)
    assert _calls(fake) == sorted({*lost, 6} - {1})
    table = load(tmp_path / "l.npz")
    np.testing.assert_array_equal(table.points[:, 0, 0], [2, 3, 4, 5, 6])


def test_a_finished_file_is_left_alone(source, tmp_path, fake, capsys):
    _make(source, tmp_path / "l.npz", fake, scheme="aflw19")
    assert load(tmp_path / "l.npz").points.shape == (6, 19, 2)
    capsys.readouterr()
    _make(source, tmp_path / "l.npz", fake, scheme="aflw19")
    assert "nothing was done (--overwrite" in capsys.readouterr().out
    with pytest.raises(UserError, match="with the scheme aflw19, not ibug68; add --overwrite"):
        _make(source, tmp_path / "l.npz", fake)
    _make(source, tmp_path / "l.npz", fake, overwrite=True)
    assert load(tmp_path / "l.npz").points.shape == (6, 68, 2)


def test_a_finished_file_of_other_images_is_refused(source, tmp_path, fake, capsys):
    out = tmp_path / "l.npz"
    _make(source, out, fake)
    source = source.rename(tmp_path / "moved")
    _make(source, out, fake)
    assert "nothing was done" in capsys.readouterr().out
    new = (source / "b" / "6.png").rename(source / "b" / "7.png")
    line = r"'b/7.png' of the source has no row in it \(1 image of 6\); add --overwrite .* --out"
    with pytest.raises(UserError, match=line):
        _make(source, out, fake)
    new.unlink()
    with pytest.raises(UserError, match=r"'b/6.png' in it is not of the source"):
        _make(source, out, fake)
    np.savez(out, name=["b/6.png"])
    with pytest.raises(UserError, match=r"is no finished landmark file .* lacks ok, points"):
        _make(source, out, fake)


def test_a_list_is_read_as_prepare_reads_it(source, tmp_path, fake, write, capsys):
    rows = ["b/6.png,fear", "a/1.png,anger", "a/1.png,fear", "gone.png,fear"]
    table = write(source / "labels.csv", "\n".join(["path,label", *rows]))
    _make(table, tmp_path / "l.npz", fake)
    assert load(tmp_path / "l.npz").names == ["a/1.png", "b/6.png"]
    said = capsys.readouterr().out
    assert "2 images: 2 with landmarks" in said
    assert "1 left out, missing files: gone.png" in said
    write(table, "path,label\ngone.png,fear")
    with pytest.raises(UserError, match=r"labels.csv names no file that is there \(gone.png\)"):
        _make(table, tmp_path / "m.npz", fake)


def test_killed_and_gone_on(source, tmp_path, fake):
    out = tmp_path / "l.npz"
    (tmp_path / "run.py").write_text(
        "from pathlib import Path\n"
        "import fake_landmarker\n"
        "from data.landmarks import finding\n"
        "if __name__ == '__main__':\n"
        f"    finding.make(Path({str(source)!r}), Path({str(out)!r}), workers=1, chunk=1,\n"
        "                   landmarker=fake_landmarker.make)\n"
    )
    path = os.pathsep.join([str(tmp_path / "module"), os.getcwd()])
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py")],
        env=os.environ | {"PYTHONPATH": path, "FAKE_HANGS_AT": "4"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    parts = Parts(out, "ibug68")
    while len(list(parts.folder.glob("*.npz"))) < 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=300)  # ends when the worker, which has the pipe, too, has ended
    assert list(parts.read()) == ["a/1.png", "a/2.png", "a/3.png"]
    assert not out.exists()
    fake.LOG.unlink(missing_ok=True)
    _make(source, out, fake)
    assert _calls(fake) == [4, 5, 6]
    np.testing.assert_array_equal(load(out).points[:, 0, 0], range(1, 7))


def test_a_worker_that_ends(source, tmp_path, fake, write):
    red = np.full((4, 4, 3), 255, np.uint8)
    write(source / "z.png", cv2.imencode(".png", red)[1].tobytes())
    with pytest.raises(UserError, match="run the same command again"):
        _make(source, tmp_path / "l.npz", fake, workers=1, chunk=6)
    assert len(Parts(tmp_path / "l.npz", "ibug68").read()) == 6


def test_sources_without_images(tmp_path, fake):
    with pytest.raises(UserError, match="no such folder"):
        _make(tmp_path / "nothing", tmp_path / "l.npz", fake)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no image"):
        _make(tmp_path / "empty", tmp_path / "l.npz", fake)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--workers", "0"], "--workers: '0': must be a whole number, 1 or more"),
        (["--out", f"{__file__}/l.npz"], "is not a folder"),
        (["--out", "l.csv"], "--out l.csv: a landmark file's name ends with .npz"),
        ([], "get-models"),
        (["--out", "no/where/l.npz"], "get-models"),  # the folder would be made
    ],
)
def test_wrong_commands_end_in_one_line(source, tmp_path, monkeypatch, capsys, more, message):
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path))
    with pytest.raises(SystemExit) as stop:
        command.main(["--source", str(source), "--out", str(tmp_path / "l.npz"), *more])
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert message in said
    assert len(said.strip().splitlines()) == 1
