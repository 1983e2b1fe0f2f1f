"""No decision is lost: other cards, other tabs, other browsers, files that come back."""

import csv
import dataclasses
import shutil

import numpy as np
import pytest

BELIEFS = np.eye(3)[[0, 2, 2, 1, 1, 2]] * 0.8 + 0.2 / 3
NAMES = ['a,"1".png', "b.png", "c</script>.png", "d.png"]
HEADER = "name,given,was,decision"


@pytest.fixture
def page(browser, data, tmp_path, write_page):
    """Opens the page of some records; all pages of a test have one key."""

    def page(*suspects, name="page.html"):
        path = tmp_path / name
        write_page(path, data, np.array(suspects), BELIEFS, key=str(tmp_path))
        browser.open(path)
        return path

    browser.console.clear()
    yield page
    assert browser.console == []


def _progress(browser, text):
    browser.until(f"progress.textContent === '{text}'")


def _saved(browser):
    text = browser.download("#download").read_text(encoding="utf-8")
    return {row["name"]: tuple(row.values())[1:] for row in csv.DictReader(text.splitlines())}


def _load(browser, tmp_path, *lines, header=HEADER, encoding="utf-8", name="some.csv"):
    path = tmp_path / name
    path.write_bytes("\r\n".join([header, *lines]).encode(encoding))
    browser.run("notice.hidden = true")
    browser.choose_file("#file", path)
    browser.until("!notice.hidden")
    return browser.run("notice.querySelector('span').textContent")


def test_a_page_with_other_cards_keeps_those_of_the_first(browser, page):
    page(0, 1, 2)
    browser.press("a", "k", "m")
    _progress(browser, "3 of 3 decided")
    page(2, 3, name="other.html")
    _progress(browser, "1 of 2 decided, 2 without a card")
    browser.press("ArrowDown", "3")
    _progress(browser, "2 of 2 decided, 2 without a card")
    said = _saved(browser)
    assert said == {
        NAMES[2]: ("anger", "anger", "ambiguous"),
        "d.png": ("neutral", "anger", "other"),
        NAMES[0]: ("anger", "fear", "accept"),
        "b.png": ("fear", "fear", "keep"),
        "f.png": ("anger", "anger", ""),
    }
    browser.press("u", "u", "u")  # no more than is seen here
    _progress(browser, "0 of 2 decided, 2 without a card")
    page(0, 1, 2)
    _progress(browser, "2 of 3 decided")


def test_two_tabs_lose_nothing(browser, page):
    path = page(0, 1, 2, 3)
    # The first tab does not look again when it comes to the front.
    browser.run("addEventListener('focus', (event) => event.stopImmediatePropagation(), true)")
    with browser.tab(path):
        browser.until("!!document.querySelector('.current')")
        browser.press("a")
        _progress(browser, "1 of 4 decided")
    _progress(browser, "0 of 4 decided")
    browser.press("ArrowDown", "k")
    _progress(browser, "2 of 4 decided")
    browser.reload()
    _progress(browser, "2 of 4 decided")
    with browser.tab(path):
        _progress(browser, "2 of 4 decided")
        browser.press("u")
        _progress(browser, "1 of 4 decided")
    browser.run("dispatchEvent(new Event('focus'))")
    _progress(browser, "1 of 4 decided")


def test_a_moved_file_has_its_decisions(browser, page, tmp_path):
    path = page(0, 1)
    browser.press("a")
    _progress(browser, "1 of 2 decided")
    moved = tmp_path / "elsewhere" / "renamed.html"
    moved.parent.mkdir()
    shutil.move(path, moved)
    browser.open(moved)
    _progress(browser, "1 of 2 decided")


def test_a_saved_file_comes_back_in_another_browser(browser, page, tmp_path):
    page(0, 1, 2, 3)
    browser.press("a", "m", "k", "3")
    _progress(browser, "4 of 4 decided")
    saved = browser.download("#download")
    browser.press("u", "u", "u", "u")
    _progress(browser, "0 of 4 decided")
    browser.run("notice.hidden = true")
    browser.choose_file("#file", saved)
    _progress(browser, "4 of 4 decided")
    assert browser.run("notice.querySelector('span').textContent").endswith("4 decisions loaded.")
    assert browser.download("#download").read_text() == saved.read_text()
    browser.press("u")
    _progress(browser, "3 of 4 decided")


def test_what_differs_stands_until_the_reviewer_says_so(browser, page, tmp_path):
    page(0, 1)
    browser.press("a", "k")
    _progress(browser, "2 of 2 decided")
    said = _load(
        browser,
        tmp_path,
        '"a,""1"".png",neutral,fear,other',
        "b.png,fear,fear,keep",
        "x\\new.png,anger,fear,accept",
        "d.png,anger,anger,conflict",
    )
    assert said == (
        "some.csv: 1 decision loaded, 1 already here, 1 kept without a card on this page, "
        '1 unlike what is decided here, which stands (a,"1".png).'
    )
    assert _saved(browser)[NAMES[0]] == ("anger", "fear", "accept")
    browser.click("#notice button")
    browser.until("notice.textContent.includes('1 decision replaced')")
    saved = _saved(browser)
    assert saved[NAMES[0]] == ("neutral", "fear", "other")
    assert saved["x/new.png"] == ("anger", "fear", "accept")


def test_a_conflict_that_is_decided_here_is_said_and_can_be_opened(browser, page, tmp_path):
    page(0, 1)
    browser.press("a", "k")
    _progress(browser, "2 of 2 decided")
    row = '"a,""1"".png",fear,fear,conflict'
    said = _load(browser, tmp_path, row, "b.png,fear,fear,keep")
    assert said == (
        "some.csv: 0 decisions loaded, 1 already here, "
        '1 conflict of the file decided here, which stands (a,"1".png).'
    )
    _progress(browser, "2 of 2 decided")
    browser.click("#notice button")
    _progress(browser, "1 of 2 decided")
    assert _saved(browser)[NAMES[0]] == ("fear", "fear", "")
    browser.press("u")
    _progress(browser, "2 of 2 decided")


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8-sig"), (";", "utf-16"), ("\t", "utf-8")]
)
def test_what_a_spreadsheet_made_of_it(browser, page, tmp_path, separator, encoding):
    page(0, 1, 2, 3)
    rows = ["b.png,neutral,fear,Accept", "", HEADER, 'c</script>.png,"Anger",anger,keep']
    rows = [row.replace(",", separator) for row in rows]
    header = HEADER.replace(",", separator)
    said = _load(browser, tmp_path, *rows, header=header, encoding=encoding)
    assert said == "some.csv: 2 decisions loaded."
    _progress(browser, "2 of 4 decided")


def test_a_name_that_looks_like_a_spreadsheets_first_line(browser, page, tmp_path):
    page(0, 1)
    row = "sep=1.png,anger,fear,accept"
    said = _load(browser, tmp_path, HEADER, row, header="sep=,")
    assert said == "some.csv: 1 decision loaded, 1 kept without a card on this page."
    assert _saved(browser)["sep=1.png"] == ("anger", "fear", "accept")


def test_a_file_that_cannot_be_read_changes_nothing(browser, page, tmp_path):
    page(0, 1)
    for lines, how, reason in (
        (["b.png,joy,fear,other"], {}, "line 2: this page has no class joy and cannot add one."),
        (["b.png,fear,fear,keep", "b.png,joy"], {}, "line 3: name,given,was,decision was expected"),
        (["ä.png,fear,fear,keep"], {"encoding": "cp1252"}, "is not in UTF-8 (Excel's code page?)"),
        (["b.png,fear,fear,maybe"], {}, "line 2: the decision maybe is not one of accept, keep"),
        (["b.png,neutral,fear,"], {}, "line 2: fear is changed to neutral without a decision"),
        (["b.png,neutral,fear,keep"], {}, "line 2: fear is changed to neutral with keep: write"),
        (['b.png,fear,fear,keep\r\n"b'], {}, "line 3: a quote is not closed"),
        (["b.png,fear,"], {"header": "name,given,true"}, "line 1: no column decision"),
        (
            ["b.png,fear,fear,keep", "b.png,fear,fear,ambiguous"],
            {},
            "line 3: b.png was decided otherwise before",
        ),
        (
            ["b.png,neutral,anger,accept"],
            {},
            "line 2: the observed label of b.png is fear here, not anger",
        ),
        (["b.png 5"], {"header": "a.png 4"}, "has no header name,given,was,decision"),
    ):
        said = _load(browser, tmp_path, *lines, **how)
        assert said.startswith(f"some.csv {reason}"), said
        assert said.endswith("Nothing was loaded.")
    _progress(browser, "0 of 2 decided")


def test_keys_of_pages(data, tmp_path):
    from lanet_jax.audit import presentation

    def key(of, source="faces"):
        return presentation.of_faces(tmp_path, source, of, "basis").key

    assert key(data) == key(data, "moved/faces")
    assert key(data) != key(dataclasses.replace(data, given=data.given[::-1]))


def test_what_the_browser_refuses_to_keep_is_not_lost(browser, page):
    path = page(0, 1, 2)
    browser.press("a")
    _progress(browser, "1 of 3 decided")
    browser.run("globalThis.commit = IDBTransaction.prototype.commit")
    browser.run("IDBTransaction.prototype.commit = function () { this.abort() }")
    browser.press("k")
    browser.until("!notice.hidden")
    browser.run("dispatchEvent(new Event('focus'))")  # which reads what is kept
    browser.until("progress.getAttribute('aria-busy') === 'false'")
    _progress(browser, "2 of 3 decided")
    browser.run("IDBTransaction.prototype.commit = globalThis.commit")
    browser.press("m")
    _progress(browser, "3 of 3 decided")
    browser.until("progress.getAttribute('aria-busy') === 'false'")
    browser.open(path)
    _progress(browser, "3 of 3 decided")


def test_a_held_key_decides_once(browser, page):
    page(0, 1, 2)
    held = "dispatchEvent(new KeyboardEvent('keydown', {key: 'a', repeat: true, bubbles: true}))"
    browser.run(f"document.body.{held}")
    browser.press("k")
    _progress(browser, "1 of 3 decided")
