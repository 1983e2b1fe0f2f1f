"""Synthetic records, their review page, and a browser driven through its debugging protocol."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import types
from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax.audit import cards, review_page
from lanet_jax.audit.cards import Why
from lanet_jax.from_config.data import Data
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records
from lanet_jax.report.section import Tile

CLASSES = ("anger", "fear", "neutral")


def _records(names, labels, votes=None, size=12):
    """Records with images that all differ."""
    sources = []
    for i, _ in enumerate(names):
        image = np.random.default_rng(i).integers(0, 256, (size, size, 3), np.uint8)
        sources.append({"image": cv2.imencode(".png", image)[1].tobytes()})
    return Records(
        sources=(sources,),
        source=np.zeros(len(names), np.int64),
        position=np.arange(len(names)),
        names=tuple(names),
        labels=np.asarray(labels, np.int64),
        classes=CLASSES,
        landmarks=0,
        scheme="",
        flip_index=(),
        votes=votes,
        vote_names=() if votes is None else ("neutral", "anger", "unknown"),
        memory=Memory(len(names)),
    )


def _colour_network(classes=("anger", "fear", "neutral"), grey=False):
    def predict(params, state, images):
        mean = np.asarray(images, float).mean(axis=(1, 2)) / 255
        p = np.exp(20 * mean)
        return p / p.sum(axis=1, keepdims=True), mean

    card = {"classes": list(classes), "size": 8, "grey": grey}
    return types.SimpleNamespace(predict=predict, params=None, model_state=None, card=card)


@pytest.fixture(scope="session")
def colour_network():
    """Makes a network that classifies colours, as a stand-in for one that classifies faces."""
    return _colour_network


@pytest.fixture(scope="session")
def make_records():
    return _records


@pytest.fixture
def data():
    """Six records; the observed labels of the first, third and last are wrong."""
    votes = np.array([[1, 9, 0], [0, 1, 2], [5, 5, 0], [0, 0, 0], [3, 0, 0], [0, 8, 2]])
    names = ('a,"1".png', "b.png", "c</script>.png", "d.png", "e.png", "f.png")
    records = _records(names, [0, 1, 2, 0, 1, 2], votes)
    given = np.array([1, 1, 0, 0, 1, 0])
    return Data(records, given, records.labels, {})


def _write_page(path, data, suspects, beliefs, k=2, suggested=None, key=None):
    """The page of some suspects; its key is the file's name unless another is given."""
    rng = np.random.default_rng(0)
    index = rng.integers(0, len(data.given), (len(suspects), k))
    why = {
        "expression": Why(index, np.full(index.shape, 0.9), np.full(index.shape, 1 / k)),
        "landmark": Why(index, np.full(index.shape, 0.8), None),
    }
    suggested = beliefs.argmax(axis=1) if suggested is None else suggested
    score = np.linspace(1, 0, len(data.given))
    payload = cards.cards(data, suspects, score, beliefs, suggested, why)
    chance = np.eye(len(data.train.classes))
    transitions = review_page.Transitions(chance, 0 * chance.astype(int), True)
    told = {"heading": "A & B", "verdict": "So & so.", "note": "Bars."}
    told |= {"tiles": [Tile("Training records", "6", "<b>note</b>")], "payload": payload}
    review_page.write(path, key=key or path.stem, transitions=transitions, **told)
    return path


@pytest.fixture(scope="session")
def write_page():
    return _write_page


class Browser:
    """Chromium on one page; speaks the DevTools protocol over a pipe."""

    def __init__(self, binary: str, profile: Path, downloads: Path) -> None:
        self.downloads, self.console, self.requests = downloads, [], []
        (child_in, self._out), (self._in, child_out) = os.pipe(), os.pipe()
        flags = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
            *("--disable-background-networking", "--disable-component-update"),
            *("--remote-debugging-pipe", "--window-size=1280,900", f"--user-data-dir={profile}"),
        )
        shell = f'exec "$0" "$@" 3<&{child_in} 4>&{child_out} 2>/dev/null'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, binary, *flags, "about:blank"], pass_fds=(child_in, child_out)
        )
        os.close(child_in)
        os.close(child_out)
        self._buffer, self._number, self._session = b"", 0, None
        targets = self.send("Target.getTargets")["targetInfos"]
        self._attach(next(t["targetId"] for t in targets if t["type"] == "page"))
        allow = {"behavior": "allow", "downloadPath": str(downloads)}
        self.send("Browser.setDownloadBehavior", **allow)

    def _attach(self, target: str) -> None:
        attach = {"targetId": target, "flatten": True}
        self._session = self.send("Target.attachToTarget", **attach)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    @contextlib.contextmanager
    def tab(self, path: Path):
        """Opens another tab, which receives all commands until it is closed."""
        self.settle()
        first, target = self._session, self.send("Target.createTarget", url="about:blank")
        self._attach(target["targetId"])
        self.open(path)
        yield
        self.settle()
        self.send("Target.closeTarget", **target)
        self._session = first

    def send(self, method: str, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session and not method.startswith(("Browser.", "Target.")):
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _read(self):
        while b"\0" not in self._buffer:
            part = os.read(self._in, 1 << 16)
            assert part, "the browser has ended"
            self._buffer += part
        first, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(first)
        kind, params = message.get("method", ""), message.get("params", {})
        if kind in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.console.append(json.dumps(params)[:500])
        elif kind == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        return message

    def open(self, path: Path) -> None:
        self.settle()
        self.send("Page.navigate", url=path.as_uri())
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def settle(self) -> None:
        """Waits until the browser has stored the decisions, as a reviewer would."""
        self.until("document.getElementById('progress')?.ariaBusy !== 'true'")

    def reload(self) -> None:
        self.settle()
        self.run("window.old = true")
        self.send("Page.reload")
        self.until("document.readyState === 'complete' && !window.old")

    def run(self, script: str):
        how = {"returnByValue": True, "awaitPromise": True}
        found = self.send("Runtime.evaluate", expression=script, **how)
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        for _ in range(300):
            if self.run(condition):
                return
            time.sleep(0.1)
        pytest.fail(f"never came true: {condition}")

    def press(self, *keys: str) -> None:
        for key in keys:
            for kind in ("keyDown", "keyUp"):
                # By which a select and a dialog know them.
                code = {"ArrowDown": 40, "Escape": 27, "Tab": 9}.get(key, 0)
                self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def click(self, selector: str) -> None:
        box = f"document.querySelector('{selector}').getBoundingClientRect()"
        x, y = self.run(f"(() => {{ const b = {box}; return [b.x + b.width / 2, b.y + 5] }})()")
        for kind in ("mousePressed", "mouseReleased"):
            point = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self.send("Input.dispatchMouseEvent", type=kind, **point)

    def choose_file(self, selector: str, path: Path) -> None:
        field = self.send("Runtime.evaluate", expression=f"document.querySelector('{selector}')")
        chosen = {"files": [str(path)], "objectId": field["result"]["objectId"]}
        self.send("DOM.setFileInputFiles", **chosen)

    def download(self, selector: str) -> Path:
        self.click(selector)
        for _ in range(300):
            found = [p for p in self.downloads.iterdir() if p.suffix == ".csv"]
            if found:
                return found[0].rename(self.downloads / f"{time.monotonic_ns()}.taken")
            time.sleep(0.1)
        pytest.fail("nothing was downloaded")

    def close(self) -> None:
        os.close(self._out)
        self._process.terminate()
        self._process.wait(30)
        os.close(self._in)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One browser for a module: `apt-get install chromium` puts it on the PATH."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        pytest.fail("this test needs chromium on the PATH: apt-get install chromium")
    folder = tmp_path_factory.mktemp("browser")
    downloads = folder / "downloads"
    downloads.mkdir()
    one = Browser(binary, folder / "profile", downloads)
    yield one
    one.close()
