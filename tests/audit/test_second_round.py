"""The decisions of a first round, loaded into the page of the corrected labels."""

import dataclasses

import numpy as np

BELIEFS = np.eye(3)[[0, 2, 2, 1, 1, 2]] * 0.8 + 0.2 / 3


def test_what_was_applied_is_passed_over_and_the_others_are_loaded(
    browser, data, write_page, tmp_path
):
    names = tuple(f"{letter}.png" for letter in "abcdef")
    second = dataclasses.replace(data, train=dataclasses.replace(data.train, names=names))
    first = ["anger" if label else "neutral" for label in second.given]  # none is observed now
    now = [second.train.classes[label] for label in second.given]
    page, file = tmp_path / "page.html", tmp_path / "round1.csv"
    write_page(page, second, np.array([0, 1]), BELIEFS, key=str(tmp_path))
    browser.open(page)
    lines = [
        "name,given,was,decision",
        f"a.png,{now[0]},{first[0]},other",  # of a card
        f"f.png,{now[5]},{first[5]},accept",  # without a card, of another label than the dataset's
        f"b.png,{now[1]},{now[1]},keep",
        f"d.png,{now[3]},{now[3]},ambiguous",
    ]
    file.write_text("\n".join(lines))
    browser.choose_file("#file", file)
    browser.until("!notice.hidden")
    assert browser.run("notice.querySelector('span').textContent") == (
        "round1.csv: 2 decisions loaded, 2 of an earlier round, whose label is the observed one "
        "now, 1 kept without a card on this page."
    )
    browser.until("progress.textContent === '1 of 2 decided, 1 without a card'")
