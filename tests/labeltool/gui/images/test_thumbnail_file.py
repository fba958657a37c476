"""The cache file of pictures: bounded, shared, and never in the way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from labeltool.gui.images.thumbnail_file import ThumbnailFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbs.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[ThumbnailFile]:
    file = ThumbnailFile(path, max_bytes=10_000)
    yield file
    file.close()


def test_thumbnails_survive_a_restart(path):
    with closing(ThumbnailFile(path)) as file:
        assert file.get(b"a") is None
        file.put(b"a", b"one")
        file.put(b"a", b"two")
        file.put(b"b", b"three")
    with closing(ThumbnailFile(path)) as file:
        assert (file.get(b"a"), file.get(b"b"), file.get(b"c")) == (b"two", b"three", None)
        assert file.size() == 8


def test_the_least_recently_used_thumbnails_are_dropped_at_the_limit(opened):
    for number in range(100):
        opened.put(b"%d" % number, bytes(500))
        assert opened.get(b"0") is not None, f"the one in use was forgotten at {number}"
        assert opened.size() <= 10_000
    assert opened.get(b"99") is not None
    assert opened.get(b"1") is None


def test_a_lower_limit_applies_from_the_next_start(path):
    with closing(ThumbnailFile(path)) as file:
        for number in range(50):
            file.put(b"%d" % number, bytes(1000))
    with closing(ThumbnailFile(path, max_bytes=20_000)) as file:
        assert 0 < file.size() <= 20_000
        assert file.get(b"49") is not None


@pytest.mark.parametrize("damage", [b"no database at all" * 300, b""])
def test_a_damaged_file_is_recreated(path, damage):
    with closing(ThumbnailFile(path)) as file:
        file.put(b"a", b"one")
    path.write_bytes(damage)
    with closing(ThumbnailFile(path)) as file:
        assert file.get(b"a") is None
        file.put(b"a", b"two")
        assert file.get(b"a") == b"two"


def test_damage_found_later_recreates_the_file_too(path):
    with closing(ThumbnailFile(path)) as file:
        for number in range(200):
            file.put(b"%d" % number, bytes(3000))
    raw = bytearray(path.read_bytes())
    raw[8192:] = b"\xa5" * (len(raw) - 8192)
    path.write_bytes(raw)
    with closing(ThumbnailFile(path)) as file:
        for number in range(200):
            file.get(b"%d" % number)
        file.put(b"new", b"picture")
        file.put(b"new", b"picture")
        assert file.get(b"new") == b"picture"


def test_a_file_of_another_version_is_recreated(path):
    with closing(ThumbnailFile(path)) as file:
        file.put(b"a", b"one")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=77")
    with closing(ThumbnailFile(path)) as file:
        assert file.get(b"a") is None
        file.put(b"a", b"two")
        assert file.get(b"a") == b"two"


def test_two_programs_share_the_file(path):
    with closing(ThumbnailFile(path)) as one, closing(ThumbnailFile(path)) as two:
        one.put(b"a", b"picture")
        assert two.get(b"a") == b"picture"


def test_without_a_folder_there_is_no_cache_and_no_error(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with closing(ThumbnailFile(tmp_path / "cache" / "thumbs.sqlite")) as file:
        file.put(b"a", b"one")
        assert file.get(b"a") is None


def test_a_locked_file_drops_the_thumbnail_without_an_error(path):
    with closing(ThumbnailFile(path)) as file, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        file.put(b"a", b"one")
        assert file.get(b"a") is None
        other.rollback()
        file.put(b"a", b"one")
        assert file.get(b"a") == b"one"
