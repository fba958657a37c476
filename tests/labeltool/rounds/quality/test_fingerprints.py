"""Fingerprints of photos, on the shipped pictures and changed copies of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from labeltool.domain import Message
from labeltool.rounds.quality.audit_groups import NEAR_BITS
from labeltool.rounds.quality.fingerprints import fingerprint, read_fingerprints
from labeltool.workers.detection_worker import search_photo
from pipnet.data.images import read_image
from tests.projects import make_project, sql


def apart(one: int, other: int) -> int:
    """How many bits differ."""
    return int(np.bitwise_count(np.int64(one) ^ np.int64(other)))


def saved_again(picture: Image.Image, quality: int = 40) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def cropped(picture: Image.Image, share: float) -> Image.Image:
    return picture.crop((round(picture.width * share), 0, picture.width, picture.height))


COPIES = {
    "saved again": saved_again,
    "half as large": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "without colour": lambda picture: picture.convert("L").convert("RGB"),
    "1 % cut off": lambda picture: cropped(picture, 0.01),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_changed_copy_is_near(sample: Path, change):
    for photo in sorted(sample.glob("portrait-*.jpg"))[:12]:
        picture = Image.fromarray(read_image(photo))
        copy = np.asarray(change(picture))
        assert apart(fingerprint(np.asarray(picture)), fingerprint(copy)) <= NEAR_BITS, photo.name


def test_different_pictures_are_far(sample: Path):
    hashes = [fingerprint(read_image(photo)) for photo in sorted(sample.glob("*.jpg"))]
    gaps = [apart(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(gaps) > NEAR_BITS


@pytest.mark.shared
def test_different_real_photos_are_far(shared: Path):
    """Of the pairs among a hundred HELEN photos, those of different photos."""
    photos = sorted((shared / "faces" / "helen").glob("*_1.jpg"))[:100]
    hashes = [fingerprint(read_image(photo)) for photo in photos]
    near = [(a, b) for i, a in enumerate(hashes) for b in hashes[:i] if apart(a, b) <= NEAR_BITS]
    assert len(near) <= 2


def test_the_bits_say_where_it_becomes_brighter():
    ramp = np.broadcast_to(np.arange(0, 180, 2, np.uint8)[None, :, None], (40, 90, 3))
    assert fingerprint(np.ascontiguousarray(ramp)) == -1
    assert fingerprint(np.ascontiguousarray(ramp[:, ::-1])) == 0


def test_the_face_search_brings_it(sample: Path):
    photo = sample / "portrait-0001.jpg"
    found = search_photo(photo, lambda _image: [])
    assert found["fingerprint"] == fingerprint(read_image(photo))


def test_that_of_an_edited_photo_is_read_again(tmp_path: Path):
    store = make_project(tmp_path / "project", 2)
    store.photos.accept_files({1: {"bytes": 5, "modified": 7, "sha256": "1" * 64}})
    assert [photo for photo, _file in store.audit.without_fingerprint([1, 2])] == [1]
    store.close()


def test_missing_ones_are_read_and_kept(sample: Path, tmp_path: Path):
    store = make_project(tmp_path / "project")
    store.photos.add(store.photos.add_root(sample), [("portrait-0001.jpg", 1), ("gone.jpg", 1)])
    store.photos.set_problems({(1, "gone.jpg"): Message("it is gone")})
    store.photos.add(1, [("portrait-0002.jpg", 1), ("never there.jpg", 1)])
    found = read_fingerprints(store, [1, 2, 4], lambda _done, _total: None)
    assert found == {1: fingerprint(read_image(sample / "portrait-0001.jpg"))}
    assert sql(store, "SELECT id FROM photo WHERE fingerprint IS NOT NULL") == [(1,)]
    assert read_fingerprints(store, [1], lambda _done, _total: None) == {}
    store.close()
