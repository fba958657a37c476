"""An export replaces nothing of the user's."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import UserError, Verdict
from labeltool.exchange.export_places import WouldReplaceError
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.photo_import import add_photos
from labeltool.store import Store
from tests.projects import triangle


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.effect_noise((90, 90), 50).save(folder / name)
    return folder


@pytest.fixture
def store(project: Callable[..., Store], photos: Path) -> Store:
    """A project of two photos with a label each."""
    store = project()
    add_photos(store, [photos])
    for photo in (1, 2):
        (face,) = store.faces.add([(photo, (0, 0, 5, 5), "hand")])
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=triangle(photo))
    return store


def content(folder: Path) -> dict[str, str]:
    """A digest of every file, but for those in which SQLite keeps its locks."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


class TestCoco:
    def test_the_last_export_is_replaced(self, store: Store, tmp_path: Path) -> None:
        out = tmp_path / "labels.json"
        for _ in range(2):
            assert export_labels(store, out, "coco").faces == 2
            assert len(json.loads(out.read_text())["annotations"]) == 2

    @pytest.mark.parametrize("force", [False, True])
    def test_photos_are_never_replaced(
        self, store: Store, photos: Path, tmp_path: Path, force: bool
    ) -> None:
        (tmp_path / "soft.json").symlink_to(photos / "a.jpg")
        os.link(photos / "a.jpg", tmp_path / "hard.json")
        before = content(tmp_path)
        for out in (photos / "a.jpg", tmp_path / "soft.json", tmp_path / "hard.json"):
            with pytest.raises(UserError, match="is a photo of this project") as caught:
                export_labels(store, out, "coco", force=force)
            assert not isinstance(caught.value, WouldReplaceError)
            assert content(tmp_path) == before
        (photos / "a.jpg").rename(photos / "gone.jpg")
        with pytest.raises(UserError, match="is a photo of this project"):
            export_labels(store, photos / "a.jpg", "coco", force=force)

    def test_nothing_of_the_project_is_ever_replaced(self, store: Store, tmp_path: Path) -> None:
        backup = store.back_up("work").file
        spec = store.folder / "rounds" / "r" / "labels.json"
        spec.parent.mkdir(parents=True)
        spec.write_text("{}")
        os.link(spec, tmp_path / "hard.json")
        os.link(store.folder / "project.sqlite", tmp_path / "hard.sqlite")
        (tmp_path / "soft").symlink_to(store.folder)
        before = content(tmp_path)
        for out in (
            store.folder / "project.sqlite",
            store.folder / "project.sqlite-wal",
            store.folder / "project.sqlite-journal",
            store.folder / "PROJECT.lock",
            store.folder / "rounds" / "new.json",
            tmp_path / "soft" / "project.sqlite",
            tmp_path / "hard.json",
            tmp_path / "hard.sqlite",
            spec,
            backup,
        ):
            with pytest.raises(UserError, match="is a part of the project itself"):
                export_labels(store, out, "coco", force=True)
            assert content(tmp_path) == before, out
        assert store.check() == []

    @pytest.mark.parametrize(
        ("text", "kind"), [("", "empty"), ("{}", "other JSON"), ("x", "a file of another kind")]
    )
    def test_a_file_of_another_kind_is_replaced_by_force_only(
        self, store: Store, tmp_path: Path, text: str, kind: str
    ) -> None:
        out = tmp_path / "mine.json"
        out.write_text(text)
        with pytest.raises(WouldReplaceError, match=f"it is {kind}") as caught:
            export_labels(store, out, "coco")
        assert "--force" in str(caught.value.remedy)
        assert out.read_text() == text
        assert export_labels(store, out, "coco", force=True).faces == 2
        assert json.loads(out.read_text())["annotations"]

    def test_a_photo_of_another_place_is_called_one(self, store: Store, tmp_path: Path) -> None:
        Image.new("RGB", (9, 9)).save(tmp_path / "other.png")
        with pytest.raises(WouldReplaceError, match="it is a photo"):
            export_labels(store, tmp_path / "other.png", "coco")

    def test_a_link_is_followed(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
        export_labels(store, tmp_path / "link.json", "coco")
        assert (tmp_path / "link.json").is_symlink()
        assert (tmp_path / "real.json").is_file()

    def test_a_folder_and_another_database(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "other.sqlite").write_bytes(b"SQLite format 3\0")
        for out in (tmp_path, tmp_path / "other.sqlite"):
            with pytest.raises(UserError, match="never replaced"):
                export_labels(store, out, "coco", force=True)


class TestPts:
    def test_existing_files_are_counted_and_replaced_only_with_force(
        self, store: Store, tmp_path: Path
    ) -> None:
        out = tmp_path / "labels"
        (out / "photos").mkdir(parents=True)
        (out / "photos" / "a.pts").write_text("mine")
        (out / "photos" / "other.pts").write_text("mine")
        before = content(out / "photos")
        with pytest.raises(
            WouldReplaceError, match=r"already holds 1 of these files, such as photos/a\.pts"
        ):
            export_labels(store, out, "pts")
        assert content(out / "photos") == before
        assert export_labels(store, out, "pts", force=True).faces == 2
        after = content(out / "photos")
        assert sorted(after) == ["a.pts", "b.pts", "other.pts"]
        assert after["other.pts"] == before["other.pts"]
        assert after["a.pts"] != before["a.pts"]

    def test_links_lead_to_no_photo_and_to_nothing_of_the_project(
        self, store: Store, photos: Path, tmp_path: Path
    ) -> None:
        before = content(photos)
        (tmp_path / "photos too").symlink_to(photos)
        (tmp_path / "rounds too").symlink_to(store.folder / "rounds")
        (store.folder / "rounds").mkdir()
        out = tmp_path / "out"
        (out / "photos").mkdir(parents=True)
        (out / "photos" / "a.pts").symlink_to(photos / "a.jpg")
        for folder, reason in (
            (tmp_path / "photos too", "inside the photo folder"),
            (tmp_path / "rounds too", "part of the project"),
            (store.folder / "backups" / "x", "part of the project"),
            (out, "is a photo of this project"),
        ):
            with pytest.raises(UserError, match=reason):
                export_labels(store, folder, "pts", force=True)
        assert content(photos) == before
        assert list((store.folder / "rounds").iterdir()) == []
        assert os.listdir(out / "photos") == ["a.pts"]

    def test_a_link_to_a_label_is_followed(self, store: Store, tmp_path: Path) -> None:
        out, real = tmp_path / "out", tmp_path / "real.pts"
        (out / "photos").mkdir(parents=True)
        real.write_text("old")
        (out / "photos" / "a.pts").symlink_to(real)
        export_labels(store, out, "pts", force=True)
        assert (out / "photos" / "a.pts").is_symlink()
        assert real.read_text().startswith("version: 1")

    def test_a_folder_in_the_place_of_a_file_changes_nothing(
        self, store: Store, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        (out / "photos" / "b.pts").mkdir(parents=True)
        with pytest.raises(UserError, match="never replaced"):
            export_labels(store, out, "pts", force=True)
        assert [path.name for path in (out / "photos").iterdir()] == ["b.pts"]

    def test_nothing_that_could_be_written_is_an_error(self, store: Store, tmp_path: Path) -> None:
        points = triangle()
        points[0] = np.nan
        for face in (1, 2):
            store.decisions.decide("ann", [face], Verdict.CORRECTED, points=points)
        with pytest.raises(
            UserError, match=r"^Nothing was written: \.pts files cannot mark"
        ) as caught:
            export_labels(store, tmp_path / "out", "pts")
        assert "COCO" in str(caught.value.remedy)
        assert not (tmp_path / "out").exists()
        store.decisions.decide("ann", [1], Verdict.CORRECTED, points=triangle())
        written = export_labels(store, tmp_path / "out", "pts")
        assert (written.faces, written.photos, len(written.problems)) == (1, 1, 1)
