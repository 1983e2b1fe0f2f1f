import pytest

from lanet_jax.predict import containers


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypisom", "MP4, MOV or 3GP"),
        (b"\0\0\0\x18ftyp3gp4", "MP4, MOV or 3GP"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "MOV"),
        (b"\x1aE\xdf\xa3", "Matroska or WebM"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        ((b"G" + bytes(187)) * 5, "MPEG transport stream"),
        ((bytes(4) + b"G" + bytes(187)) * 5, "MPEG transport stream"),
        (b"\0\0\1\xba", "MPEG"),
        (b"\0\0\0\x18ftypheic", ""),
        (b"\0\0\0\x18ftypavif", ""),
        (b"RIFF\0\0\0\0WEBPVP8 ", ""),
        (b"OggS\0\x02vorbis", ""),
        (b"Good code begins with a G, too" * 40, ""),
        (b"\xff\xd8\xff", ""),
        (b"", ""),
    ],
)
def test_kinds_by_their_first_bytes(tmp_path, head, kind):
    path = tmp_path / "file.ts"
    path.write_bytes(head)
    assert containers.kind(path) == kind
    assert containers.is_video(path) == bool(kind)


def test_what_is_not_there_is_no_video(tmp_path):
    assert containers.kind(tmp_path / "absent") == ""
