"""The photos inside of COFW's files come into the project, and its labels onto them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from labeltool.cli import cli
from labeltool.domain import UserError
from labeltool.exchange.photos_inside import add_photos_inside
from labeltool.store import Store, open_project
from pipnet.data.scheme import load_scheme
from tests.cofw import PHOTOS, write_cofw


@pytest.fixture
def store(project: Callable[..., Store]) -> Store:
    return project(scheme=load_scheme("cofw"))


@pytest.mark.parametrize(("suffix", "part"), [("Tr", "train"), ("T", "test")])
def test_photos_are_as_in_the_file(store: Store, tmp_path: Path, suffix: str, part: str) -> None:
    file = write_cofw(tmp_path / "COFW 색.mat", PHOTOS, suffix)
    added = add_photos_inside(store, file)
    assert (added.new, added.known) == (2, 0)
    (folder,) = (store.folder / "extracted").iterdir()
    assert folder.name.startswith("COFW 색-")
    for photo, name in zip(PHOTOS, ("0001.png", "0002.png"), strict=True):
        with Image.open(folder / part / name) as written:
            np.testing.assert_array_equal(np.asarray(written), photo)
    again = add_photos_inside(store, file)
    assert (again.new, again.known) == (0, 2)


def test_other_files_hold_none(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.mat"
    other.write_bytes(b"MATLAB 5.0 MAT-file")
    with h5py.File(tmp_path / "more.mat", "w") as file:
        file["x"] = np.arange(3)
    assert add_photos_inside(store, other) is None
    assert add_photos_inside(store, tmp_path / "more.mat") is None
    assert not (store.folder / "extracted").exists()


@pytest.mark.parametrize(
    "broken", [np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5)), np.zeros(0, np.uint8)]
)
def test_a_damaged_photo_is_named_and_none_is_added(
    store: Store, tmp_path: Path, broken: np.ndarray
) -> None:
    file = write_cofw(tmp_path / "a.mat", [PHOTOS[0], broken])
    with pytest.raises(UserError, match=r"a\.mat is not a MATLAB file of COFW .*photo 2 is"):
        add_photos_inside(store, file)
    assert store.queue.counts().photos == 0


def test_labels_come_with_their_photos(store: Store, tmp_path: Path) -> None:
    file = write_cofw(tmp_path / "COFW_train_color.mat", PHOTOS)
    given = ["import", str(store.folder), str(file), "--as", "labels"]
    said = CliRunner().invoke(cli, given).output
    assert "imported 2 labels (2 new faces)" in said
    labels = list(store.labels.all())
    np.testing.assert_array_equal(labels[0][2][0], [20, 30])  # MATLAB counts from 1
    assert {Path(photo.path).name for photo in store.photos.records()} == {"0001.png", "0002.png"}


def test_photos_alone(store: Store, tmp_path: Path) -> None:
    file = write_cofw(tmp_path / "COFW_train_color.mat", PHOTOS)
    said = CliRunner().invoke(cli, ["import", str(store.folder), str(file)]).output
    assert "2 new photos, 0 known" in said
    other = open_project(store.folder)
    assert other.queue.counts().photos == 2
    other.close()
