"""Decisions on records that are named like what every object of JavaScript has."""

import csv
import dataclasses

import numpy as np

BELIEFS = np.eye(3)[[0, 2, 2, 1, 1, 2]] * 0.8 + 0.2 / 3


def test_their_decisions_are_kept_and_saved(browser, data, write_page, tmp_path):
    names = ("__proto__", "constructor", "toString", "d.png", "e.png", "f.png")
    odd = dataclasses.replace(data, train=dataclasses.replace(data.train, names=names))
    path = tmp_path / "page.html"
    write_page(path, odd, np.array([0, 1, 2]), BELIEFS, key=str(tmp_path))
    browser.open(path)
    browser.until("progress.textContent === '0 of 3 decided'")
    browser.press("a", "k", "m")
    browser.until("progress.textContent === '3 of 3 decided'")
    browser.reload()
    browser.until("progress.textContent === '3 of 3 decided'")
    browser.press("u")
    browser.until("progress.textContent === '2 of 3 decided'")
    text = browser.download("#download").read_text(encoding="utf-8")
    saved = {row["name"]: tuple(row.values())[1:] for row in csv.DictReader(text.splitlines())}
    assert saved["__proto__"] == ("anger", "fear", "accept")
    assert saved["constructor"] == ("fear", "fear", "keep")
    assert saved["toString"][2] == ""


def test_a_decision_named_so_is_none(browser, data, write_page, tmp_path):
    page, file = tmp_path / "page.html", tmp_path / "some.csv"
    write_page(page, data, np.array([0]), BELIEFS, key=str(tmp_path))
    browser.open(page)
    file.write_text("name,given,was,decision\nb.png,fear,fear,constructor")
    browser.choose_file("#file", file)
    browser.until("!notice.hidden")
    told = browser.run("notice.querySelector('span').textContent")
    assert "the decision constructor is not one of accept, keep, ambiguous, other." in told
