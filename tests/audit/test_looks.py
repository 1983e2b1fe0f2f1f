"""The review page as it is seen: dark, narrow, on paper, by keyboard, with many classes."""

import base64
import dataclasses

import numpy as np
import pytest

from lanet_jax.audit import review_page
from lanet_jax.from_config.data import Data

MANY = (*(f"emotion {letter}" for letter in "abcdefghijklmn"), "ennui")

# The least contrast (WCAG 2) of any text, and what it says; what is disabled need have none.
CONTRAST = """(() => {
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const part = [r, g, b].map((c) => linear(c / 255));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor);
    if (a === 255) return [r, g, b];
    return behind(element.parentElement).map((c, i) => (c * (255 - a) + [r, g, b][i] * a) / 255);
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const has = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!has || element.closest("script, :disabled") || !element.checkVisibility()) continue;
    const [one, two] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    found.push([(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), element.textContent]);
  }
  return [found.length, ...found.sort((a, b) => a[0] - b[0])[0]];
})()"""


@pytest.fixture
def look(browser, make_records, tmp_path, write_page):
    """Opens the page of some records of many classes, or of three."""

    def look(count, classes=MANY):
        records = make_records([f"{i:04}.png" for i in range(count)], np.arange(count), size=8)
        records = dataclasses.replace(records, classes=classes, labels=records.labels % 3)
        data = Data(records, (records.labels + 1) % 3, None, {})
        beliefs = np.full((count, len(classes)), 0.1)
        beliefs[:, 2] = np.where(np.arange(count), 0.5, 1.0)
        path = tmp_path / f"{tmp_path.name}.html"
        browser.open(write_page(path, data, np.arange(count), beliefs, k=8))
        browser.until("!!document.querySelector('.current')")

    browser.console.clear()
    yield look
    browser.send("Emulation.setEmulatedMedia", features=[])
    browser.send("Emulation.clearDeviceMetricsOverride")
    assert browser.console == []


def _scheme(browser, name):
    browser.send(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}]
    )


def test_text_is_legible_in_light_and_dark(browser, look):
    backgrounds = set()
    for scheme in ("light", "dark"):
        _scheme(browser, scheme)
        look(3, MANY[:3])
        browser.press("a", "k", "m")
        count, least, text = browser.run(CONTRAST)
        assert count > 40
        assert least >= 4.5, (scheme, least, text)
        backgrounds.add(browser.run("getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2


@pytest.mark.parametrize("width", [360, 1100, 1280])
def test_nothing_is_cut_off_or_scrolls_sideways(browser, look, width):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 1000}
    browser.send("Emulation.setDeviceMetricsOverride", **metrics)
    look(4)
    # A heading has the path of the faces, in which there is nowhere to break a line.
    browser.run("document.querySelector('h1').textContent = '/folder'.repeat(20)")
    assert browser.run("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll(".card")].flatMap((card) => {
      const within = card.getBoundingClientRect();
      const parts = [...card.querySelectorAll(".choice button, .bars, .why figcaption, .face")];
      return parts.filter((part) => part.getBoundingClientRect().bottom > within.bottom ||
        (!part.closest(".strip") && part.getBoundingClientRect().right > within.right))
        .map((part) => part.textContent);
    })"""
    assert browser.run("document.querySelectorAll('.others').length") >= 2
    assert browser.run(outside) == []
    cut = "[...document.querySelectorAll('h2')].filter((h) => h.scrollHeight > h.clientHeight + 1)"
    assert browser.run(f"{cut}.length") == 0
    assert browser.run("document.querySelector('h2').scrollWidth <= innerWidth")
    numbers = "[...document.querySelectorAll('.number')]"
    assert browser.run(f"{numbers}.some((number) => number.textContent === '100%')")
    assert browser.run(f"{numbers}.filter((n) => n.scrollWidth > n.clientWidth).length") == 0
    shown = "[...document.querySelectorAll('[hidden]')].filter((part) => part.checkVisibility())"
    assert browser.run(f"{shown}.map((part) => part.id)") == []


@pytest.mark.parametrize(("width", "is_one_line"), [(1920, True), (1280, True), (700, False)])
def test_what_saves_the_work_stays_together_at_the_right(browser, look, width, is_one_line):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", **metrics)
    look(3)  # whose true labels are known, so that there is a field for them too
    ids = "['given', 'progress', 'undo', 'load', 'download']"
    boxes = f"{ids}.map((id) => document.getElementById(id).getBoundingClientRect())"
    middles = browser.run(f"{boxes}.map((box) => Math.round(box.y + box.height / 2))")
    assert max(middles[1:]) - min(middles[1:]) <= 2
    assert (abs(middles[0] - middles[-1]) <= 2) == is_one_line
    right = "document.querySelector('.card').getBoundingClientRect().right"
    assert browser.run(f"{right} - download.getBoundingClientRect().right") == 0


def test_any_class_is_found_by_a_part_of_its_name(browser, look):
    look(3)
    assert (
        browser.run("document.querySelectorAll('.current .bars button').length") == 9
    )  # the last leads to the others
    browser.press("c")
    assert browser.run("[picker.open, document.activeElement.id]") == [True, "sought"]
    assert browser.run("offered.children.length") == len(MANY)
    browser.send("Input.insertText", text="ION N")
    assert browser.run("offered.textContent") == "emotion n"
    browser.press("Enter")
    browser.until("progress.textContent === '1 of 3 decided'")
    assert browser.run("picker.open") is False
    first = "document.querySelectorAll('.card')[0]"
    # What was chosen has a place on the card, however unlikely it is.
    assert browser.run(f"{first}.querySelector('.bars b').parentElement.title") != ""
    assert "\u2713 emotion n" in browser.run(f"{first}.textContent")
    assert browser.run("document.querySelector('.current').ariaPosInSet") == "2"
    browser.press("c")
    browser.send("Input.insertText", text="e")  # what begins with it comes first
    browser.press("ArrowDown", "ArrowUp", "ArrowDown", "Enter")
    browser.until("progress.textContent === '2 of 3 decided'")
    assert "\u2713 emotion b" in browser.run("document.querySelectorAll('.card')[1].textContent")
    browser.click(".current .others")
    browser.send("Input.insertText", text="joy")
    assert browser.run("[offered.children.length, unknown.hidden]") == [0, False]
    browser.press("Enter", "Escape")
    assert browser.run("[picker.open, progress.textContent]") == [False, "2 of 3 decided"]
    browser.press("k")
    browser.until("progress.textContent === '3 of 3 decided'")


def test_a_class_is_found_without_its_marks_and_case(browser, look):
    look(1, (*MANY[:12], "İstanbul", "Ärger", "naïve"))
    browser.press("c")
    for typed, name in (("istanbul", "İstanbul"), ("arg", "Ärger"), ("NAÏ", "naïve")):
        browser.run("sought.value = ''")
        browser.send("Input.insertText", text=typed)
        assert browser.run("offered.textContent") == name


def test_nine_classes_need_no_search_and_the_page_says_what_cannot_be_added(browser, look):
    look(1, MANY[:9])
    assert browser.run("document.querySelectorAll('.bars button').length") == 9
    browser.press("c")
    assert browser.run("picker.open") is False
    assert "new one cannot be added here" in browser.run("document.body.textContent")


def test_all_cards_are_printed(browser, look):
    _scheme(browser, "dark")
    look(30)
    browser.run("""addEventListener("beforeprint", () => {
      window.paper = [document.querySelectorAll(".card").length, printed.textContent];
    })""")
    pdf = base64.b64decode(browser.send("Page.printToPDF", printBackground=True)["data"])
    assert browser.run("paper") == [30, "Printed: 30 suspects."]
    assert pdf.count(b"/Subtype /Image") >= 30
    assert browser.run("document.querySelectorAll('.card').length") < 20
    assert browser.run("getComputedStyle(printed).display") == "none"
    browser.run("given.value = '1'; given.dispatchEvent(new Event('change'))")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    told = "Printed: 10 suspects of 30, those that the filter left."
    assert browser.run("printed.textContent") == told


def test_paper_tells_what_was_kept_from_what_is_ambiguous(browser, look):
    look(3, MANY[:3])
    browser.press("k", "m")
    browser.send("Emulation.setEmulatedMedia", media="print")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    shown = """[...document.querySelectorAll(".card")].map((card) =>
      [...card.querySelectorAll(".choice *")].filter((part) => part.checkVisibility())
        .map((part) => part.textContent.split(" ")[0]))"""
    assert browser.run(shown) == [["Keep"], ["Ambiguous"], []]
    browser.run("dispatchEvent(new Event('afterprint'))")
    browser.send("Emulation.setEmulatedMedia", media="")


def test_paper_has_an_end(browser, look, monkeypatch):
    monkeypatch.setattr(review_page, "_MOST_PRINTED", 5)
    look(8, MANY[:3])
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('.card').length") == 5
    said = "Printed: 5 suspects; 3 are left out: print them by a narrower filter."
    assert browser.run("printed.textContent") == said
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run("document.querySelector('.card').style.top") == "0px"


def test_the_focus_is_seen_wherever_it_goes(browser, look):
    look(2)
    seen = set()
    for _ in range(14):
        browser.press("Tab")
        what = browser.run("""(() => {
          const element = document.activeElement, style = getComputedStyle(element);
          return [element.id || element.className || element.tagName,
            style.outlineStyle !== "none" || element.matches(".card")];
        })()""")
        seen.add(what[0])
        assert what[1], what
    assert {"given", "suggested", "show", "sort", "load", "download"} <= seen
