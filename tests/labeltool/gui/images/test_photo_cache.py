"""Photos decoded ahead: with their halved copies, bounded, the most urgent ones are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeltool.domain import UserError
from labeltool.gui.background.thread_priority import foreground_work
from labeltool.gui.images import photo_cache
from labeltool.gui.images.photo_cache import PhotoCache, to_rgb
from pipnet.data.images import read_image
from tests.waiting import WAIT_SECONDS

ONE = 1400 * 1200 * 4 + 700 * 600 * 4


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    pixels = np.random.default_rng(0).integers(0, 255, (1200, 1400, 3), np.uint8)
    paths = [tmp_path_factory.mktemp("photos") / f"{k}.png" for k in range(6)]
    for path in paths:
        Image.fromarray(pixels).save(path, compress_level=0)
    return paths


@pytest.fixture
def open_cache(qtbot: QtBot, monkeypatch) -> Iterator[Callable[[int], PhotoCache]]:
    """Makes caches of so many bytes."""
    made: list[PhotoCache] = []

    def make(max_bytes: int) -> PhotoCache:
        monkeypatch.setattr(photo_cache, "MAX_CACHE_BYTES", max_bytes)
        made.append(PhotoCache())
        return made[-1]

    yield make
    for cache in made:
        cache.close()


@pytest.fixture
def photos(open_cache) -> PhotoCache:
    return open_cache(photo_cache.MAX_CACHE_BYTES)


def load(qtbot: QtBot, photos: PhotoCache, wanted: list[Path]) -> None:
    photos.request(wanted)
    qtbot.waitUntil(lambda: all(photos.get(path)[0] is not None for path in wanted))


def test_a_loaded_photo_has_its_halved_copies(qtbot, photos, files):
    load(qtbot, photos, files[:1])
    assert [copy.width() for copy in photos.halved_copies(files[0])] == [700]


def test_a_decoded_photo_gives_the_pixels_of_its_file(qtbot, photos, tmp_path):
    file = tmp_path / "odd.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (30, 41, 3), np.uint8)).save(file)
    load(qtbot, photos, [file])
    np.testing.assert_array_equal(to_rgb(photos.get(file)[0]), read_image(file))


def test_requested_photos_are_dropped_last(qtbot, open_cache, files):
    photos = open_cache(3 * ONE)
    load(qtbot, photos, files[:3])
    photos.get(files[2])
    photos.request([files[0], files[3]])  # the first one is decoded already
    qtbot.waitUntil(lambda: photos.get(files[3])[0] is not None)
    assert photos.get(files[0])[0] is not None
    assert photos.get(files[1])[0] is None


def test_no_more_photos_are_decoded_ahead_than_fit(qtbot, open_cache, files):
    photos = open_cache(3 * ONE)
    load(qtbot, photos, files[:1])
    photos.request(files[1:])
    load(qtbot, photos, files[1:3])
    assert not photos.is_loading
    assert photos.get(files[3])[0] is None


def test_skipping_does_not_decode_the_photos_passed(qtbot, photos, files, monkeypatch):
    begun: list[Path] = []
    read, go_on = photo_cache.read_image, threading.Event()

    def slow(path: Path, pause: Callable[[], object]) -> NDArray[np.uint8]:
        begun.append(path)
        go_on.wait(WAIT_SECONDS)
        return read(path, pause)

    monkeypatch.setattr(photo_cache, "read_image", slow)
    photos.request(files[:1])
    qtbot.waitUntil(lambda: bool(begun))
    for file in files[1:]:
        photos.request([file])
    photos.request(files[2:3], displayed=files[5])
    go_on.set()
    qtbot.waitUntil(lambda: photos.get(files[2])[0] is not None)
    assert begun == [files[0], files[5], files[2]]
    load(qtbot, photos, files[1:2])  # what was skipped can be had later


def test_no_more_than_so_many_photos_are_kept(qtbot, files):
    photos = PhotoCache(max_photos=2)
    try:
        photos.request([], displayed=files[0])
        qtbot.waitUntil(lambda: photos.get(files[0])[0] is not None)
        for file in files[1:4]:
            photos.request([file], displayed=files[0])
            qtbot.waitUntil(lambda file=file: photos.get(file)[0] is not None)
        kept = [file for file in files if photos.get(file)[0] is not None]
        assert kept == [files[0], files[3]]
    finally:
        photos.close()


def test_the_displayed_photo_is_never_dropped(qtbot, open_cache, files):
    photos = open_cache(ONE)
    with qtbot.waitSignal(photos.loaded):
        photos.request(files[1:2])
    photos.request([], displayed=files[0])  # it takes the place of the other one
    qtbot.waitUntil(lambda: not photos.is_loading)
    assert [photos.get(file)[0] is not None for file in files[:2]] == [True, False]
    photos.request(files[1:2], displayed=files[0])  # there is no room
    assert not photos.is_loading
    assert photos.get(files[0])[0] is not None


def test_a_photo_that_does_not_fit_into_the_cache_beside_the_displayed_one_is_dropped(
    qtbot, open_cache, files
):
    photos = open_cache(ONE)
    photos.request([], displayed=files[0])
    photos.request([files[1]], displayed=files[0])  # no size is known yet: both are decoded
    qtbot.waitUntil(lambda: not photos.is_loading)
    assert [photos.get(file)[0] is not None for file in files[:2]] == [True, False]


def test_a_photo_larger_than_the_cache_is_kept_alone(qtbot, open_cache, files):
    photos = open_cache(1)
    load(qtbot, photos, files[:1])
    load(qtbot, photos, files[1:2])
    assert photos.get(files[0])[0] is None


def test_a_large_photo_keeps_its_zoom_and_place_during_edits(
    qtbot, open_window, project, monkeypatch
):
    monkeypatch.setattr(photo_cache, "MAX_CACHE_BYTES", 1)  # less than one of the photos
    window = open_window(project)
    canvas = window.views.canvas
    canvas.fit_photo()
    zoom = canvas.zoom
    blank: list[object] = []
    set_photo = canvas.set_photo
    monkeypatch.setattr(
        canvas, "set_photo", lambda image, *a, **k: (blank.append(image), set_photo(image, *a, **k))
    )
    canvas.selection.select(30)
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Up)
        qtbot.waitUntil(
            lambda: (
                not (
                    window.views.editor.photo_display.is_prefetch_scheduled
                    or window.views.photos.is_loading
                )
            )
        )
    assert blank == []
    assert canvas.zoom == zoom


def test_neighbours_are_decoded_after_the_first_photo(qtbot, open_window, project):
    window = open_window(project)
    desk, photos = window.session.desk, window.views.photos
    (second,) = window.session.store.faces.photo_files(desk.queue.faces[1:2])
    qtbot.waitUntil(lambda: photos.get(second)[0] is not None)


def test_an_unreadable_photo_has_a_reason_and_is_retried(qtbot, photos, tmp_path):
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"no photo")
    with qtbot.waitSignal(photos.loaded):
        photos.request([file])
    image, problem = photos.get(file)
    assert image is None
    assert "broken.jpg" in problem
    Image.new("RGB", (9, 9)).save(file)
    load(qtbot, photos, [file])


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Is set as soon as a thread that decodes has come to where it rests."""
    came, read = threading.Event(), photo_cache.read_image

    def told(path: Path, pause: Callable[[], object]) -> NDArray[np.uint8]:
        return read(path, lambda: (came.set(), pause()))

    monkeypatch.setattr(photo_cache, "read_image", told)
    return came


def test_decoding_pauses_while_the_window_is_busy(qtbot, photos, files, rests):
    with foreground_work():
        photos.request(files[:1])
        assert rests.wait(WAIT_SECONDS)
        qtbot.wait(100)  # many times as long as the rest takes
        assert photos.get(files[0]) == (None, "")
    qtbot.waitUntil(lambda: photos.get(files[0])[0] is not None)


def test_decoding_pauses_during_a_write_even_if_it_fails(
    qtbot, open_window, project, photos, files, rests
):
    window = open_window(project)
    rested = []

    def fails() -> None:
        rests.clear()
        photos.request(files[:1])
        assert rests.wait(WAIT_SECONDS)
        qtbot.wait(100)
        rested.append(photos.get(files[0])[0] is None)
        raise UserError("no", "no")

    window.session.writes.submit_for_face(fails)
    assert rested == [True]
    qtbot.waitUntil(lambda: photos.get(files[0])[0] is not None)
