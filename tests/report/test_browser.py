"""The page in a browser: `apt-get install chromium` puts it on the PATH."""

import re

import cv2
import numpy as np

from lanet_jax.report import page


def test_no_console_messages(console, bare, full, tmp_path):
    (full / "figures").mkdir()
    cv2.imwrite(str(full / "figures" / "features.png"), np.zeros((4, 4, 3), np.uint8))
    said, document = console(page.write_comparison([bare, full], tmp_path / "both.html"))
    assert said == []
    assert "CE (bare) and LA-Net (full)</h1>" in document
    assert document.count("<svg") == 13 + 6  # charts and legends
    assert document.count("<img") == 1


def test_the_console_is_really_read(console, full):
    path = page.write(full)
    path.write_text(path.read_text().replace("</main>", '<img src="http://127.0.0.1:9/x"></main>'))
    said, _ = console(path)
    assert any("Content Security Policy" in line for line in said)


def test_nothing_of_a_long_command_is_hidden(console, full):
    long = f"lanet train --workdir=/{'folder/' * 60} {'--config.data.limit=500 ' * 30}"
    (full / "command.txt").write_text(f"{long}\n")
    path = page.write(full)
    text = re.sub("<meta http-equiv[^>]*>", "", path.read_text())  # it forbids scripts
    measure = "const b = document.querySelector('pre'); document.title = b.scrollWidth"
    path.write_text(text.replace("</main>", f"</main><script>{measure} - b.clientWidth</script>"))
    _, document = console(path)
    assert "<title>0</title>" in document
