"""Whether the check of a project sees what became of its photos."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labeltool.domain import Cancelled
from labeltool.project import integrity as module
from labeltool.project.integrity import check_photos
from labeltool.store import Store
from labeltool.workers.detection_worker import search_photo
from tests.projects import change, sql


@pytest.fixture
def imported(project: Callable[..., Store], tmp_path: Path) -> Store:
    """Four photos with a face each, as the face search keeps them."""
    store, folder = project(), tmp_path / "photos"
    folder.mkdir()
    root = store.photos.add_root(folder)
    for number in range(4):
        Image.new("RGB", (60 + number, 40), (9 * number, 0, 0)).save(folder / f"{number}.bmp")
    files = sorted(folder.iterdir())
    store.photos.add(root, [(file.name, file.stat().st_size) for file in files])
    found = [
        {"photo": photo, **search_photo(file, lambda _: []), "faces": [((1.0, 1.0, 9.0, 9.0), 0.9)]}
        for photo, file in store.photos.unsearched()
    ]
    store.photos.save_search_results(found)
    return store


def problems(store: Store) -> dict[str, str]:
    return {file.name: str(reason) for _id, file, reason in store.photos.problems()}


def test_photos_as_they_were_are_not_even_opened(
    imported: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_header", None)
    steps: list[tuple[int, int]] = []
    checked = check_photos(imported, progress=lambda *step: steps.append(step))
    assert (checked.wrong, checked.whole) == ([], [])
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_each_kind_of_change_is_named_with_the_path_and_kept(
    imported: Store, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    (photos / "0.bmp").unlink()
    (photos / "1.bmp").write_bytes(b"")
    Image.new("RGB", (40, 61)).save(photos / "2.bmp")
    checked = check_photos(imported)
    assert len(checked.wrong) == 3
    for line, name, reason in zip(
        checked.wrong,
        ("0.bmp", "1.bmp", "2.bmp"),
        ("there is no such file", "is empty", "is 40 x 61 pixels now and was 62 x 40 before"),
        strict=True,
    ):
        assert line.startswith(f"{photos / name} ")
        assert reason in line
        assert reason in problems(imported)[name]
    assert imported.queue.counts().problems == 3
    assert imported.check() == []


def test_a_photo_that_is_whole_again_is_no_problem_any_more(
    imported: Store, tmp_path: Path
) -> None:
    photo = tmp_path / "photos" / "1.bmp"
    whole = photo.read_bytes()
    photo.write_bytes(whole[:100])
    assert len(check_photos(imported).wrong) == 1
    assert "truncated" in check_photos(imported).wrong[0], "its header is whole"
    photo.write_bytes(whole)
    checked = check_photos(imported)
    assert checked.whole == [f"{photo} can be used again"]
    assert checked.wrong == []
    assert problems(imported) == {}


def test_a_copy_with_another_time_is_the_same_photo(imported: Store, tmp_path: Path) -> None:
    os.utime(tmp_path / "photos" / "1.bmp", (1, 1))
    assert check_photos(imported).wrong == []


def test_an_edited_photo_is_reported_until_a_repair_accepts_it(
    imported: Store, tmp_path: Path
) -> None:
    photo = tmp_path / "photos" / "1.bmp"
    photo.write_bytes(photo.read_bytes() + b"added by a program")
    for _ in range(2):
        (line,) = check_photos(imported).wrong
        assert line.startswith(f"{photo} was edited or replaced")
    assert problems(imported) == {}
    (line,) = check_photos(imported, repair=True).wrong
    assert line.startswith("mended")
    assert check_photos(imported, deep=True).wrong == []


def test_only_a_deep_check_sees_other_pixels_of_the_same_size(
    imported: Store, tmp_path: Path
) -> None:
    photo = tmp_path / "photos" / "1.bmp"
    status = photo.stat()
    Image.new("RGB", (61, 40), (0, 200, 0)).save(photo)
    os.utime(photo, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert check_photos(imported).wrong == []
    (line,) = check_photos(imported, deep=True).wrong
    assert line.startswith(f"{photo} was edited or replaced")


def test_a_photo_without_a_recorded_time_is_compared_by_its_size(
    imported: Store, tmp_path: Path
) -> None:
    change(imported, "UPDATE photo SET modified = NULL, sha256 = NULL")
    os.utime(tmp_path / "photos" / "0.bmp", (1, 1))
    photo = tmp_path / "photos" / "1.bmp"
    photo.write_bytes(photo.read_bytes() + b"more")
    (line,) = check_photos(imported).wrong
    assert line.startswith(f"{photo} was edited or replaced")
    assert check_photos(imported, deep=True).unhashed == 4


def test_a_folder_that_is_not_there_makes_no_photo_problems(
    imported: Store, tmp_path: Path
) -> None:
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    assert check_photos(imported).wrong == []
    assert problems(imported) == {}


def test_cancelled_it_changes_nothing(imported: Store, tmp_path: Path) -> None:
    (tmp_path / "photos" / "0.bmp").unlink()

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        check_photos(imported, progress=stop)
    assert problems(imported) == {}


class TestReadAgain:
    def test_a_replaced_photo_never_takes_the_size_of_the_new_one(
        self, imported: Store, tmp_path: Path
    ) -> None:
        """Its faces and their labels belong to the photo before."""
        photo = tmp_path / "photos" / "1.bmp"
        Image.new("RGB", (300, 200)).save(photo)
        assert len(check_photos(imported).wrong) == 1
        imported.photos.retry([2])
        ((photo_id, file),) = imported.photos.unsearched()
        imported.photos.save_search_results(
            [{"photo": photo_id, **search_photo(file, lambda _: [])}]
        )
        assert "is 300 x 200 pixels now and was 61 x 40 before" in problems(imported)["1.bmp"]
        assert sql(imported, "SELECT width, height FROM photo WHERE id = 2") == [(61, 40)]

    def test_without_a_face_it_is_a_photo_like_any_other(
        self, imported: Store, tmp_path: Path
    ) -> None:
        folder = tmp_path / "photos"
        Image.new("RGB", (50, 50)).save(folder / "new.bmp")
        imported.photos.add(1, [("new.bmp", 1)])
        for size in ((50, 50), (70, 80)):
            Image.new("RGB", size).save(folder / "new.bmp")
            imported.photos.retry([5])
            imported.photos.save_search_results(
                [{"photo": 5, **search_photo(folder / "new.bmp", lambda _: [])}]
            )
            assert sql(imported, "SELECT width, height FROM photo WHERE id = 5") == [size]
        assert problems(imported) == {}


def test_no_photo_is_opened_that_has_its_size_and_time(
    project: Callable[..., Store], tmp_path: Path
) -> None:
    """These are no photos at all, and nobody notices: 200,000 of them take seconds."""
    store, folder = project(), tmp_path / "photos"
    folder.mkdir()
    names = [f"{number}.jpg" for number in range(3 * module.PHOTOS_PER_TASK + 1)]
    for name in names:
        (folder / name).write_bytes(b"12345")
    root = store.photos.add_root(folder)
    store.photos.add(root, [(name, 5) for name in names])
    assert check_photos(store).wrong == []
    store.photos.add(root, [("gone.jpg", 5)])
    assert [line.split()[0] for line in check_photos(store).wrong] == [str(folder / "gone.jpg")]
