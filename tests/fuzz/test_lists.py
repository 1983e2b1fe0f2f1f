"""The official lists of images and labels: what a corrupted one yields stands in it as it is."""

import csv
import io
import posixpath
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import assembly
from data.affectnet import layout_2021, layout_old
from data.ferplus import source as ferplus
from data.ferplus.votes import COLUMNS, RULES
from data.folder import class_names
from data.folder import source as folder
from data.images import Look
from data.listing import drop_missing, keep_first
from data.rafdb import source as rafdb
from lanet_jax.classes import AFFECTNET_ORDER, EXPRESSIONS, RAFDB_ORDER, cleaned
from lanet_jax.files.text import decode

VOTES = [("0 8 0 1 0 0 0 0 1 0", "Training"), ("1 0 0 0 9 0 0 0 0 0", "PublicTest")]
VOTES += [("0 0 0 0 0 0 0 0 2 8", "PrivateTest"), ("5 0 0 5 0 0 0 0 0 0", "Training")]
POINTS = ";".join(f"{x}.5" for x in range(136))
FACES = [f"1/{n}.jpg,10,20,30,40,{POINTS},{n},0.5,-0.25".split(",") for n in range(4)]


def listed(list_source, *arguments):
    """A reader and what every dataset does next: its items, or a user's error."""
    listing = list_source(*arguments)
    keep_first(listing)
    drop_missing(listing)
    items = [item for items in listing.splits.values() for item in items]
    looks = {item.name: Look(50, 40, 1, b"") for item in items}
    schema, splits = assembly.assemble(listing, looks) if items else (None, {})
    for record in (record for records in splits.values() for record in records):
        assert record.label in range(len(listing.classes))
        assert "\n" not in record.name
        if record.landmarks is not None:
            assert record.landmarks.shape == (schema.points, 2)
            assert np.isfinite(record.landmarks).all()
            assert ((record.landmarks >= 0) & (record.landmarks <= 1))[record.present].all()
    return listing


def labelled(listing):
    return [
        (split, item.name, listing.classes[item.label])
        for split, items in listing.splits.items()
        for item in items
    ]


def table(content):
    return list(csv.reader(io.StringIO(decode("", content), newline="")))


def corrupted(data, fuzz, rows, separator=","):
    whole = "\n".join(separator.join(row) for row in rows).encode() + b"\n"
    return data.draw(fuzz.edited(rows, separator) | fuzz.corrupted(whole))


@pytest.fixture(scope="module")
def rafdb_source(scratch):
    lines = [f"train_{n:05}.jpg {n % 7 + 1}" for n in range(6)] + ["test_0001.jpg 7"]
    source = scratch / "basic"
    (source / "EmoLabel").mkdir(parents=True)
    (source / "Image" / "aligned").mkdir(parents=True)
    for line in lines:
        (source / "Image" / "aligned" / f"{line.split('.')[0]}_aligned.jpg").touch()
    return source, lines


@settings(max_examples=150)
@given(st.data())
def test_rafdbs_partition(rafdb_source, fuzz, data):
    source, lines = rafdb_source
    content = corrupted(data, fuzz, [line.split() for line in lines], " ")
    (source / "EmoLabel" / "list_patition_label.txt").write_bytes(content)
    listing = fuzz.read(listed, rafdb.list_source, source)
    if listing:
        words = {tuple(line.split()) for line in decode("", content).splitlines()}
        for split, name, label in labelled(listing):
            assert (name, str(RAFDB_ORDER.index(label) + 1)) in words
            assert name.startswith(split)


@pytest.fixture(scope="module")
def ferplus_source(scratch):
    source = scratch / "ferplus"
    rows = [["Usage", "Image name", *COLUMNS]]
    for number, (votes, usage) in enumerate(VOTES):
        rows.append([usage, f"fer{number:07}.png", *votes.split()])
        for folder_name in ferplus.FOLDERS.values():
            (source / folder_name).mkdir(parents=True, exist_ok=True)
            (source / folder_name / rows[-1][1]).touch()
    return source, rows


@settings(max_examples=150)
@given(st.data())
def test_ferplus_votes(ferplus_source, fuzz, data):
    source, rows = ferplus_source
    content = corrupted(data, fuzz, rows)
    (source / "fer2013new.csv").write_bytes(content)
    listing = fuzz.read(listed, ferplus.list_source, source)
    if listing:
        votes = {(row[0], row[1].strip()): row[2:] for row in reversed(table(content)) if row}
        usages = {split: usage for usage, split in ferplus.USAGES.items()}
        for split, name, label in labelled(listing):
            own = [int(vote) for vote in votes[usages[split], name]]
            assert sum(own) <= 10 and label == RULES["argmax8"](own)


@settings(max_examples=60)
@given(st.data())
def test_ferplus_pixels_and_its_folders_lists(ferplus_source, fuzz, data):
    source, rows = ferplus_source
    source = shutil.copytree(source, source.with_name("pixels"), dirs_exist_ok=True)
    with (source / "fer2013new.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    shutil.rmtree(source / ferplus.FOLDERS["test"], ignore_errors=True)
    pixels = [["emotion", "pixels", "Usage"]]
    pixels += [["0", " ".join(["7"] * 48 * 48), row[0]] for row in rows[1:]]
    boxes = [[row[1], "(0, 0, 48, 48)", *row[2:]] for row in rows[1:2]]
    (source / "fer2013.csv").write_bytes(corrupted(data, fuzz, pixels))
    boxes = corrupted(data, fuzz, boxes) if data.draw(st.booleans()) else b""
    (source / ferplus.FOLDERS["train"] / "label.csv").write_bytes(boxes)
    listing = fuzz.read(listed, ferplus.list_source, source)
    if listing:
        assert all(item.image.startswith(b"\x89PNG") for item in listing.splits["test"])


@pytest.fixture(scope="module")
def affectnet_source(scratch):
    source = scratch / "affectnet"
    (source / "Manually_Annotated_Images" / "1").mkdir(parents=True)
    for row in FACES:
        (source / "Manually_Annotated_Images" / row[0]).touch()
    rows = [layout_old.HEADER.split(","), *FACES]
    with (source / "validation.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows[:2])
    return source, rows


@settings(max_examples=150)
@given(st.data())
def test_affectnets_old_table(affectnet_source, fuzz, data):
    source, rows = affectnet_source
    content = corrupted(data, fuzz, rows)
    (source / "training.csv").write_bytes(content)
    size = data.draw(st.sampled_from((0, 24)))
    listing = fuzz.read(listed, layout_old.list_source, source, 8, size)
    if listing:
        words = {(row[0].strip(), row[6].strip()) for row in table(content) if len(row) == 9}
        for split, name, label in labelled(listing):
            number = str(AFFECTNET_ORDER.index(label))
            assert split == "valid" or (name, number) in {
                (n, f"{int(x)}") for n, x in words if x.isdigit()
            }


@settings(max_examples=120)
@given(st.data())
def test_affectnets_2021_arrays(scratch, fuzz, data):
    source = scratch / "affectnet2021"
    arrays = {"0_exp": np.array("3"), "0_lnd": np.arange(136.0), "1_exp": np.array(7)}
    for part in layout_2021.FOLDERS.values():
        (source / part / "images").mkdir(parents=True, exist_ok=True)
        (source / part / "annotations").mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            (source / part / "images" / f"{name[0]}.jpg").touch()
            np.save(source / part / "annotations" / f"{name}.npy", array)
    path = (
        source / "train_set" / "annotations" / f"{data.draw(st.sampled_from(sorted(arrays)))}.npy"
    )
    before = path.read_bytes()
    strange = (
        *(np.array(3.7), np.array(np.nan), np.array([3, 3]), np.array(2 + 1j), np.array(b"3")),
        *(np.full(136, np.inf), np.full(136, 1e300), np.zeros((0, 136)), np.zeros(136, "U2")),
    )
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(fuzz.corrupted(before)))
    else:
        np.save(path, data.draw(st.sampled_from(strange)))
    listing = fuzz.read(listed, layout_2021.list_source, source, 8)
    if listing:  # a bit of the number itself cannot be told from another number
        assert {name.split("/")[0] for _, name, _ in labelled(listing)} <= {"train_set", "val_set"}


@settings(max_examples=120)
@given(st.data())
def test_a_table_of_paths_and_labels(scratch, fuzz, data):
    source = scratch / "folder"
    source.mkdir(exist_ok=True)
    rows = [["path", "label", "split"]]
    rows += [[f"{n}.png", EXPRESSIONS[n % 2], "test" if n > 3 else "train"] for n in range(6)]
    for row in rows[1:]:
        (source / row[0]).touch()
    content = corrupted(data, fuzz, rows)
    (source / "faces.csv").write_bytes(content)
    listing = fuzz.read(listed, folder.list_source, source / "faces.csv")
    if listing:
        cells = {cell.strip().lower() for row in table(content) for cell in row}
        words = cells | {class_names.known(cell) for cell in cells}
        words |= {cleaned(cell) for cell in cells}
        for _, name, label in labelled(listing):
            assert name.lower() in words | {posixpath.normpath(cell) for cell in cells}
            assert label.lower() in words


@pytest.mark.parametrize(
    "name", ["a\nb.jpg", "a\x1b[2J.jpg", b"\xff.jpg".decode(errors="surrogateescape")]
)
def test_a_name_that_no_list_can_hold(tmp_path, fuzz, name):
    (tmp_path / "anger").mkdir()
    (tmp_path / "anger" / name).touch()
    assert fuzz.read(listed, folder.list_source, tmp_path) is None


@settings(max_examples=60)
@given(st.data())
def test_rafdbs_automatic_points(rafdb_source, fuzz, data):
    source, _ = rafdb_source
    text = "\n".join(f"{x}\t{x + 3}.5" for x in range(37)).encode()
    path = source / "Annotation" / "points.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data.draw(fuzz.corrupted(text)))
    image = source / "Image" / "aligned" / "train_00001_aligned.jpg"
    assert fuzz.read(rafdb._points, path, image, image) is None  # the image is empty
