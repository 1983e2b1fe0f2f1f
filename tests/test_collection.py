"""Every test is collected: none stands in a folder or a file of a name that pytest passes over."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def test_every_file_with_tests_is_collected(pytestconfig):
    names, skipped = map(pytestconfig.getini, ("python_files", "norecursedirs"))
    files = {
        path.relative_to(TESTS)
        for path in TESTS.rglob("*.py")
        if re.search(r"^ *def test_", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    passed_over = [
        str(file)
        for file in sorted(files)
        if not any(file.match(pattern) for pattern in names)
        or any(Path(part).match(pattern) for part in file.parts[:-1] for pattern in skipped)
    ]
    assert Path("test_collection.py") in files
    assert passed_over == []
