import pytest

from data.folder import csv_list
from lanet_jax.errors import UserError


@pytest.fixture
def read(tmp_path, write):
    return lambda text: csv_list.read(write(tmp_path / "faces.csv", text))


@pytest.fixture
def error(read):
    def error_of(text):
        with pytest.raises(UserError) as caught:
            read(text)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return error_of


def _found(found):
    return [(entry.split, entry.label, entry.path) for entry in found.entries]


def test_rows(read):
    found = read(
        "path,label,split\nx/1.jpg,happy,train\nx/2.jpg,sad,Validation\n\nx/3.jpg,sad,\n"
        "x/4.jpg, sad ,PrivateTest\n"
    )
    assert _found(found) == [
        *(("train", "happy", "x/1.jpg"), ("valid", "sad", "x/2.jpg")),
        *(("train", "sad", "x/3.jpg"), ("test", "sad", "x/4.jpg")),
    ]
    assert found.remarks == ["1 rows without a split count as train"]


@pytest.mark.parametrize(
    "header",
    ["\ufefflabel,path", "Label, Path ", '"LABEL","PATH"', "label\xa0,path", "label,path,"],
)
def test_columns_are_found_in_any_case_and_order(read, header):
    assert _found(read(f"{header}\nsad,1.jpg\n")) == [("train", "sad", "1.jpg")]


@pytest.mark.parametrize("first", ["sep=,", "\ufeffSEP=,", '"sep=,"', "\nsep=,"])
def test_excels_own_first_line_is_no_header(read, first):
    assert _found(read(f"{first}\npath,label\n1.jpg,sad\n")) == [("train", "sad", "1.jpg")]


def test_other_columns_are_told(read):
    assert read(",path,label\n0,1.jpg,sad\n").remarks == ["columns not read: (no name)"]
    assert read("path,label,note\n1.jpg,sad,a test\n").remarks == ["columns not read: note"]
    found = read("age,path,label\n7,1.jpg,sad\n")
    assert _found(found) == [("train", "sad", "1.jpg")]
    assert found.remarks == ["columns not read: age"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("path,label\n", "no row below its header 'path,label'"),
        ("path;label\n1.jpg;sad\n", "separated by semicolons, found 'path;label'"),
        ("path\tlabel\n1.jpg\tsad\n", "separated by tabs"),
        ("path|label\n1.jpg|sad\n", "separated by bars"),
        ("1.jpg;sad\n", "separated by semicolons"),
        ("sep=;\npath;label\n", "separated by semicolons, found 'sep=;'"),
        ("sep=,\n", "is empty"),
        ("sep= \npath,label\n", "path and label are not there"),
        ("1.jpg,sad\n2.jpg,sad\n", "no header, '1.jpg,sad' is already a row"),
        ("file,class\na,b\n", "found 'file,class'; path and label are not there"),
        ("path,class\na,b\n", "found 'path,class'; label is not there"),
        ("path,label,Label\na,b,c\n", "the column label occurs twice in 'path,label,Label'"),
        (
            "path,label,Usage\na,sad,Training\nb,sad,PrivateTest\n",
            "the column 'usage' holds splits",
        ),
        ("path,label,is_train\na,sad,1\nb,sad,0\n", "the column 'is_train' looks like a split"),
        ("path,label,Test\na,sad,False\nb,sad,True\n", "the column 'test' looks like a split"),
        ("path,label,part\na,sad,trn\nb,sad,tst\n", "the column 'part' holds splits (trn, tst)"),
        ("path,label,set\na,sad,test\nb,sad,test\n", "the column 'set' holds splits (test)"),
        ("path,label,phase\na,sad,tr\nb,sad,te\n", "the column 'phase' holds splits (te, tr)"),
        ("path,label,group\na,sad,train_a\nb,sad,test_a\n", "holds splits (test_a, train_a)"),
        ("path,label,partition\na,sad,0\nb,sad,2\n", "the column 'partition' looks like a split"),
        ("path,label,set\na,sad,test\nb,sad,train\nc,sad,x\n", "the column 'set' holds splits"),
        (
            "path,label\na,sad,7\n",
            "line 2: 3 cells below the 2 columns path,label, found 'a,sad,7'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_was_found(error, text, message):
    assert message in error(text)


@pytest.mark.parametrize(
    "row", ["x.jpg,,train", ",sad,train", "x.jpg,sad,dev", "x.jpg", "x.jpg,nan,train"]
)
def test_a_row_that_cannot_be_read_is_named(error, row):
    message = error(f"path,label,split\na.jpg,sad,test\n{row}\n")
    assert "faces.csv line 3: a path, a label" in message
    assert "under path,label,split, found '" in message


def test_empty_cells_at_the_end_are_nothing(read):
    assert _found(read("path,label\n1.jpg,sad,,\n")) == [("train", "sad", "1.jpg")]


@pytest.mark.parametrize(
    ("written", "there", "path"),
    [
        ("x\\1.jpg", "x/1.jpg", "x/1.jpg"),
        (".\\x\\1.jpg", "x/1.jpg", "x/1.jpg"),
        ("x\\1.jpg", "x\\1.jpg", "x\\1.jpg"),
        ("./x//1.jpg", "x/1.jpg", "x/1.jpg"),
        (" x/1.jpg ", "x/1.jpg", "x/1.jpg"),
        (" x/1.jpg", " x/1.jpg", " x/1.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg", "cafe\u0301.jpg"),
        ("x\\absent.jpg", "x/1.jpg", "x/absent.jpg"),
    ],
)
def test_paths_as_the_file_system_spells_them(read, tmp_path, write, written, there, path):
    write(tmp_path / there, b"")
    assert _found(read(f"path,label\n{written},sad\n")) == [("train", "sad", path)]


def test_a_path_from_the_root_has_the_same_name_as_one_from_the_table(read, tmp_path):
    found = read(f"path,label\n{tmp_path}/x/1.jpg,sad\nx/1.jpg,sad\n/elsewhere/1.jpg,sad\n")
    assert [entry.path for entry in found.entries] == ["x/1.jpg", "x/1.jpg", "/elsewhere/1.jpg"]


def test_utf_16_says_what_it_is(read, tmp_path, write):
    write(tmp_path / "1.jpg", b"")
    table = write(tmp_path / "faces.csv", "path,label\n1.jpg,sad\n".encode("utf-16"))
    assert _found(csv_list.read(table)) == [("train", "sad", "1.jpg")]


def test_other_encodings_are_named(tmp_path, write):
    with pytest.raises(UserError, match=r"faces.csv is not in UTF-8 \(byte 11, line 2"):
        csv_list.read(write(tmp_path / "faces.csv", "path,label\nÄ.jpg,sad\n".encode("latin-1")))
    with pytest.raises(UserError, match=r"faces.csv is incomplete UTF-16"):
        csv_list.read(write(tmp_path / "faces.csv", "path,label\n".encode("utf-16")[:-1]))
    with pytest.raises(UserError, match=r"faces.xlsx is a workbook or another zip file"):
        csv_list.read(write(tmp_path / "faces.xlsx", b"PK\x03\x04\xff"))
