"""The review page in real Chromium: clicks, keys, download, reload."""

import csv

import numpy as np
import pytest

from lanet_jax.from_config.data import Data
from lanet_jax.input import noise_file

KEPT = """new Promise((resolve) => {
  indexedDB.open("lanet_jax audit").onsuccess = ({ target }) => {
    const pages = target.result.transaction("pages").objectStore("pages");
    const request = pages.get(JSON.parse(data.textContent).key);
    request.onsuccess = () => resolve(request.result?.decisions);
  };
})"""


@pytest.fixture
def opened(browser, data, tmp_path, write_page):
    """The page of the first four of six records."""
    browser.console.clear()
    browser.requests.clear()
    # Suggestions: anger, neutral, neutral, fear.
    beliefs = np.eye(3)[[0, 2, 2, 1, 1, 2]] * 0.8 + 0.2 / 3
    path = write_page(tmp_path / f"{tmp_path.name}.html", data, np.arange(4), beliefs)
    browser.open(path)
    _decisions(browser)  # waits for the database, which a first visit makes
    return browser


def _title(browser):
    return browser.run("document.querySelector('.current h2').textContent")


def _decisions(browser):
    return browser.run(KEPT)


def _read(path, data):
    own = data.train.labels
    given = noise_file.read(path, data.train.names, data.train.classes, own)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    return given.tolist(), {row["name"]: row["decision"] for row in rows}


def test_keys_clicks_download_and_reload(opened, data):
    assert _title(opened) == "labelled fear, looks like anger"
    opened.press("a")
    assert _title(opened) == "labelled fear, looks like neutral"
    opened.press("m")
    opened.click(".current .choice button:nth-child(2)")  # keep
    opened.press("3")  # neither the observed label nor the suggestion
    given, said = _read(opened.download("#download"), data)
    # The last record has no card: the run's label, not the dataset's, must stand in the file.
    assert given == [0, 1, 0, 2, 1, 0]
    assert said == {
        'a,"1".png': "accept",
        "b.png": "ambiguous",
        "c</script>.png": "keep",
        "d.png": "other",
        "f.png": "",
    }
    assert opened.run("progress.textContent") == "4 of 4 decided"
    opened.press("u")
    opened.reload()
    opened.until("progress.textContent === '3 of 4 decided'")
    opened.click("#undo")
    assert opened.run("progress.textContent") == "2 of 4 decided"
    given, said = _read(opened.download("#download"), data)
    assert given == [0, 1, 0, 0, 1, 0]
    assert (said["c</script>.png"], "d.png" in said) == ("", False)
    assert opened.console == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in opened.requests)
    assert sum(url.startswith("file:") for url in opened.requests) == 2


def test_a_browser_that_keeps_nothing_says_so(opened):
    assert opened.run("notice.hidden") is True
    off = "Object.defineProperty(window, 'indexedDB', { value: undefined })"
    script = opened.send("Page.addScriptToEvaluateOnNewDocument", source=off)
    opened.reload()
    opened.until("!notice.hidden")
    opened.send("Page.removeScriptToEvaluateOnNewDocument", **script)
    assert opened.run("notice.textContent").startswith("This browser keeps nothing")
    opened.press("a")
    assert opened.run("progress.textContent") == "1 of 4 decided"
    assert opened.console == []


def test_what_is_decided_before_the_browser_answers_is_kept(opened):
    opened.press("m")
    source = """const open = indexedDB.open.bind(indexedDB);
    indexedDB.open = (...how) => {
      const late = {}, request = open(...how);
      const answer = () => late.onsuccess((late.result = request.result));
      request.onsuccess = () => (window.answer = answer);
      return late;
    }"""
    script = opened.send("Page.addScriptToEvaluateOnNewDocument", source=source)
    opened.reload()
    opened.send("Page.removeScriptToEvaluateOnNewDocument", **script)
    opened.until("!!window.answer")
    opened.press("ArrowDown", "k")
    assert opened.run("progress.textContent") == "1 of 4 decided"
    opened.run("answer()")
    opened.until("progress.textContent === '2 of 4 decided'")
    opened.reload()
    opened.until("progress.textContent === '2 of 4 decided'")
    opened.press("u", "u")
    assert opened.run("progress.textContent") == "0 of 4 decided"


def test_keys_decide_the_card_that_has_the_focus(opened):
    opened.run("document.querySelectorAll('.card')[2].querySelector('.choice button').focus()")
    assert _title(opened) == "labelled anger, looks like neutral"
    assert opened.run("document.querySelector('[aria-current=true]').ariaPosInSet") == "3"
    opened.press("a")
    assert _decisions(opened) == {"c</script>.png": {"kind": "accept", "label": 2, "was": 0}}
    # The button is drawn anew: the focus is on the next card, not lost.
    assert opened.run("document.activeElement.ariaPosInSet") == "4"
    assert _title(opened) == opened.run("document.activeElement.querySelector('h2').textContent")


def test_a_class_is_chosen_by_its_name(opened):
    names = (
        "[...document.querySelectorAll('.current .bars button')].map((name) => name.textContent)"
    )
    assert opened.run(names) == ["1anger", "2fear", "3neutral"]
    opened.click(".current .bars button:nth-of-type(3)")
    assert _decisions(opened) == {'a,"1".png': {"kind": "class", "label": 2, "was": 1}}


def test_a_filter_is_moved_through_by_keys(opened):
    opened.run("document.getElementById('suggested').focus()")
    opened.press("ArrowDown", "ArrowDown")
    assert opened.run("[document.activeElement.id, suggested.value]") == ["suggested", "1"]
    assert opened.run("document.querySelectorAll('.card').length") == 1
    opened.press("Escape")
    assert opened.run("document.activeElement.id") != "suggested"
    opened.press("k")
    assert list(_decisions(opened)) == ["d.png"]


def test_filter_and_sort(opened):
    def shown():
        names = "[...document.querySelectorAll('.card .face small:nth-child(2)')]"
        return opened.run(f"{names}.map((name) => name.title)")

    def choose(field, value):
        opened.run(f"{field}.value = '{value}'; {field}.dispatchEvent(new Event('change'))")

    assert shown() == ['a,"1".png', "b.png", "c</script>.png", "d.png"]
    choose("suggested", 2)
    choose("sort", "least")
    assert shown() == ["c</script>.png", "b.png"]
    choose("show", "open")
    opened.press("k", "a")
    assert shown() == []
    assert opened.run("none.hidden") is False
    opened.press("a", "ArrowDown")  # nothing to decide
    choose("show", "keep")
    assert shown() == ["c</script>.png"]


def test_two_thousand_cards_are_few_elements(browser, make_records, tmp_path, write_page):
    browser.console.clear()
    count = 2000
    records = make_records([f"{i:04}.png" for i in range(count)], np.arange(count) % 3, size=4)
    data = Data(records, (records.labels + 1) % 3, None, {})
    beliefs = np.eye(3)[records.labels]
    path = write_page(tmp_path / "many.html", data, np.arange(count), beliefs, k=8)
    browser.open(path)
    browser.run("scrollTo(0, document.body.scrollHeight)")
    last = "[...document.querySelectorAll('.card')].at(-1).ariaPosInSet"
    browser.until(f"{last} === '{count}'")
    assert browser.run("document.querySelectorAll('.card').length") < 20
    assert browser.run("document.querySelectorAll('*').length") < 3000
    # A key draws what is in sight, however many cards there are.
    browser.run("""window.drawn = 0;
    new MutationObserver((all) => all.forEach((one) => (drawn += one.addedNodes.length)))
      .observe(list, { childList: true })""")
    browser.press("k", "ArrowDown", "ArrowUp", "k", "u")
    browser.until("progress.textContent.startsWith('1 of 2000')")
    assert 0 < browser.run("drawn") < 100
    assert browser.console == []


def test_the_console_and_the_requests_are_really_read(browser, tmp_path):
    browser.console.clear()
    path = tmp_path / "bad.html"
    path.write_text("<script>console.error('x')</script><img src='http://127.0.0.1:9/x'>")
    browser.open(path)
    browser.run("1")
    assert any('"x"' in said for said in browser.console)
    assert "http://127.0.0.1:9/x" in browser.requests


def test_a_card_without_suggestion_cannot_be_accepted(browser, data, tmp_path, write_page):
    beliefs = np.eye(3)[[0, 2, 2, 1, 1, 2]] * 0.8 + 0.2 / 3
    suggested = np.full(6, -1)
    path = tmp_path / f"{tmp_path.name}.html"
    browser.open(write_page(path, data, np.arange(4), beliefs, suggested=suggested))
    _decisions(browser)
    assert browser.run("document.querySelector('header p b').textContent") == "So & so."
    assert _title(browser) == "fear: doubtful, no suggestion"
    assert browser.run("document.querySelector('.current .choice button').disabled")
    browser.press("a")
    assert _title(browser) == "fear: doubtful, no suggestion"
    assert not _decisions(browser)
    browser.press("1")
    browser.until("document.getElementById('progress').textContent.startsWith('1 of 4')")
