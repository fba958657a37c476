"""Photos in, whatever is wrong with them; and labels in, to the right face, once."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import zlib
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import Cancelled, Changes, Filter, RoundStatus, UserError, Verdict
from labeltool.exchange import detection_pool, label_import
from labeltool.exchange.detection_pool import search
from labeltool.exchange.formats import coco
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.photo_import import (
    PAGES_FOLDER,
    PhotoImportSummary,
    add_photos,
    skipped_kinds,
)
from labeltool.store import FILE, Store
from pipnet.data.boxes import overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.images import ImageError, read_image
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.photo_lookup import content_hash
from pipnet.data.scheme import Scheme, load_scheme
from tests.projects import ENDLESS, THREE, make_project, propose, sql, triangle, verdicts

KOREAN = "여름 휴가 😀"
ANN = "ann"


def silent(_done: int, _total: int) -> None:
    pass


def ignored(_changes: Changes) -> None:
    pass


def draw(path: Path, size: tuple[int, int] = (60, 40)) -> Path:
    """A photo without a face."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 50).convert("RGB").save(path)
    return path


def huge_png(path: Path) -> Path:
    """A PNG whose header claims 30,000 x 30,000 pixels, and next to nothing behind it."""
    size = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", size), (b"IDAT", zlib.compress(b"\0" * 100))):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        content += struct.pack(">I", len(data)) + kind + data + checksum
    path.write_bytes(content)
    return path


@pytest.fixture
def store(project) -> Store:
    return project()


@pytest.fixture
def photos(tmp_path) -> Path:
    return tmp_path / "photos"


class TestAddPhotos:
    def test_a_folder_is_walked_and_photos_stay_where_they_are(self, store, photos):
        for name in ("a.jpg", "b/c.PNG", f"{KOREAN}/{KOREAN}.webp", "b/d/e.tiff", "f.bmp"):
            draw(photos / name)
        (photos / "notes.txt").touch()
        draw(photos / ".hidden.jpg")
        added = add_photos(store, [photos])
        assert added == PhotoImportSummary(new=5, skipped=Counter({".txt": 1}))
        assert list(store.photos.roots().values()) == [photos]
        names = {row[3] for row in store.photos.index()}
        assert names == {"a.jpg", "b/c.PNG", f"{KOREAN}/{KOREAN}.webp", "b/d/e.tiff", "f.bmp"}
        assert all(file.is_file() for _, file in store.photos.unsearched())

    def test_the_same_folder_again_adds_only_what_is_new(self, store, photos):
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        draw(photos / "b.jpg")
        assert add_photos(store, [photos]) == PhotoImportSummary(new=1, known=1)
        assert len(store.photos.roots()) == 1

    def test_a_folder_inside_a_known_one_is_the_known_one(self, store, photos):
        draw(photos / "inner" / "a.jpg")
        add_photos(store, [photos])
        draw(photos / "inner" / "b.jpg")
        assert add_photos(store, [photos / "inner"]) == PhotoImportSummary(new=1, known=1)
        assert list(store.photos.roots().values()) == [photos]

    def test_a_folder_around_a_known_one_adds_only_what_is_new(self, store, photos):
        draw(photos / "inner" / "a.jpg")
        draw(photos / "b.jpg")
        add_photos(store, [photos / "inner"])
        assert add_photos(store, [photos]) == PhotoImportSummary(new=1, known=1)

    def test_a_folder_spelt_in_another_way_is_the_same_folder(self, store, photos, monkeypatch):
        draw(photos / "a.jpg")
        (photos / "inner").mkdir()
        add_photos(store, [photos])
        monkeypatch.chdir(photos / "inner")
        for spelling in ("..", "../../photos", f"{photos}/inner/..", f"{photos}//"):
            assert add_photos(store, [Path(spelling)]) == PhotoImportSummary(known=1)
        assert list(store.photos.roots().values()) == [photos]

    def test_single_files_and_folders_can_be_mixed(self, store, photos, tmp_path):
        draw(photos / "a.jpg")
        single = draw(tmp_path / "other" / "b.png")
        assert add_photos(store, [single, photos]) == PhotoImportSummary(new=2)
        assert len(store.photos.roots()) == 2

    def test_formats_that_cannot_be_read_are_named(self, store, photos):
        draw(photos / "a.jpg")
        for name in ("b.JXL", "c.gif"):
            (photos / name).write_bytes(b"x")
        added = add_photos(store, [photos])
        assert added == PhotoImportSummary(
            new=1,
            unsupported=[photos / "b.JXL", photos / "c.gif"],
            skipped=Counter({".jxl": 1, ".gif": 1}),
        )

    def test_other_files_are_counted_by_kind(self, store, photos):
        draw(photos / "a.jpg")
        for name in ("b.txt", "sub/c.TXT", "d.mov", "Makefile"):
            (photos / name).parent.mkdir(exist_ok=True)
            (photos / name).write_bytes(b"x")
        added = add_photos(store, [photos])
        assert (added.new, added.unsupported) == (1, [])
        assert skipped_kinds(added.skipped) == "2 .txt, 1 .mov, 1 Makefile"

    def test_of_many_kinds_the_most_frequent_are_named(self):
        counts = Counter({f".{letter}": 9 - number for number, letter in enumerate("abcdefgh")})
        assert skipped_kinds(counts) == "9 .a, 8 .b, 7 .c, 6 .d, 5 .e, 4 .f, …"

    def test_of_a_tiff_the_first_page_is_imported_and_the_others_if_wanted(self, store, photos):
        photos.mkdir()
        pictures = [Image.new("RGB", (30, 20 + number), (number, 0, 0)) for number in range(3)]
        scan = photos / "스캔 1.tif"
        pictures[0].save(scan, save_all=True, append_images=pictures[1:])
        added = add_photos(store, [photos])
        assert added == PhotoImportSummary(new=1, left_pages={scan: 2})
        added = add_photos(store, [photos], all_pages=True)
        assert added == PhotoImportSummary(new=2, known=1)
        rows = [row for row in store.photos.records() if row.file != scan]
        assert [row.file.name for row in rows] == ["스캔 1_page_2.png", "스캔 1_page_3.png"]
        for number, row in enumerate(rows, 1):
            assert row.file.is_relative_to(store.folder / PAGES_FOLDER)
            pixels = read_image(row.file)
            assert (pixels.shape, pixels[0, 0, 0]) == ((20 + number, 30, 3), number)
        again = add_photos(store, [photos], all_pages=True)
        assert again == PhotoImportSummary(known=3)
        assert not list(store.folder.rglob("*.part"))

    def test_files_of_one_name_keep_their_own_pages(self, store, photos):
        for name in ("a", "b"):
            (photos / name).mkdir(parents=True)
            Image.new("L", (9, 9)).save(
                photos / name / "scan.tif", save_all=True, append_images=[Image.new("L", (9, 9))]
            )
        assert add_photos(store, [photos], all_pages=True).new == 4

    def test_a_page_that_cannot_be_read_is_named_and_the_others_come_in(
        self, store, photos, monkeypatch
    ):
        photos.mkdir()
        pages = [Image.new("L", (9, 9)) for _ in range(3)]
        pages[0].save(photos / "scan.tif", save_all=True, append_images=pages[1:])

        def damaged(path, page):
            if page == 1:
                raise ImageError(path, "is truncated")
            return read_image(path, page=page)

        monkeypatch.setattr("labeltool.exchange.photo_import.read_image", damaged)
        added = add_photos(store, [photos], all_pages=True)
        assert added.new == 2
        (problem,) = added.problems
        assert str(problem).startswith(f"page 2 of {photos / 'scan.tif'} could not be read")

    def test_a_full_disk_leaves_no_part_of_a_page(self, store, photos, monkeypatch):
        photos.mkdir()
        pages = [Image.new("L", (9, 9)) for _ in range(2)]
        pages[0].save(photos / "scan.tif", save_all=True, append_images=pages[1:])

        def full(self, file, form):
            Path(file).write_bytes(b"x")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Image.Image, "save", full)
        with pytest.raises(UserError, match="no space left"):
            add_photos(store, [photos], all_pages=True)
        assert not [file for file in (store.folder / PAGES_FOLDER).rglob("*") if file.is_file()]

    def test_a_folder_of_other_pictures_only_is_no_error_but_named(self, store, photos):
        photos.mkdir()
        (photos / "b.jxl").write_bytes(b"x")
        added = add_photos(store, [photos])
        assert (added.new, added.unsupported) == (0, [photos / "b.jxl"])

    @pytest.mark.parametrize("name", ["nowhere", "empty"])
    def test_nothing_to_add_is_reported(self, store, photos, name):
        (photos / "empty").mkdir(parents=True)
        with pytest.raises(UserError) as caught:
            add_photos(store, [photos / name])
        assert str(photos / name) in str(caught.value.what)
        assert caught.value.remedy

    def test_a_folder_that_cannot_be_listed_is_reported(self, store, photos, monkeypatch):
        photos.mkdir()

        def forbidden(_folder):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("pipnet.data.images._listed", forbidden)
        with pytest.raises(UserError, match="could not be listed: permission denied"):
            add_photos(store, [photos])

    @pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
    @pytest.mark.parametrize("make", [os.link, os.symlink])
    def test_links_to_one_file_are_one_photo(self, store, photos, make):
        draw(photos / "b.jpg")
        draw(photos / "other.jpg")
        make(photos / "b.jpg", photos / "a.jpg")
        (photos / "sub").mkdir()
        make(photos / "b.jpg", photos / "sub" / "c.jpg")
        assert add_photos(store, [photos]) == PhotoImportSummary(new=2, known=2)
        names = {file.name for _, file in store.photos.unsearched()}
        assert names == ({"b.jpg", "other.jpg"} if make is os.symlink else {"a.jpg", "other.jpg"})
        assert add_photos(store, [photos]) == PhotoImportSummary(known=4)

    @pytest.mark.parametrize("make", [os.link, os.symlink])
    def test_a_photo_and_a_link_to_it_count_as_one(self, store, photos, tmp_path, make):
        draw(photos / "a.jpg")
        (tmp_path / "links").mkdir()
        make(photos / "a.jpg", tmp_path / "links" / "b.jpg")
        assert add_photos(store, [tmp_path / "links"]) == PhotoImportSummary(new=1)
        assert add_photos(store, [photos]) == PhotoImportSummary(known=1)
        draw(photos / "c.jpg", (61, 40))
        make(photos / "c.jpg", tmp_path / "links" / "d.jpg")
        assert add_photos(store, [photos, tmp_path / "links"]) == PhotoImportSummary(new=1, known=3)

    def test_a_copy_is_another_photo(self, store, photos):
        draw(photos / "a.jpg")
        shutil.copy2(photos / "a.jpg", photos / "b.jpg")
        assert add_photos(store, [photos]) == PhotoImportSummary(new=2)

    def test_a_name_that_is_no_text_does_not_stop_the_others(self, store, photos):
        draw(photos / "a.jpg")
        odd = os.fsencode(photos) + b"/\xc7\xd1\xb1\xdb.jpg"  # EUC-KR, as old archives hold it
        Path(os.fsdecode(odd)).write_bytes((photos / "a.jpg").read_bytes())
        added = add_photos(store, [photos])
        assert (added.new, added.unsupported) == (1, [Path(os.fsdecode(odd))])


class TestSearch:
    def test_every_bad_photo_has_its_reason_and_the_others_are_searched(self, store, photos):
        good = draw(photos / f"{KOREAN}.jpg", (120, 90))
        (photos / "empty.jpg").touch()
        (photos / "cut.jpg").write_bytes(good.read_bytes()[:-900])
        huge_png(photos / "huge.png")
        (photos / "text.jpg").write_text("not a photo")
        add_photos(store, [photos])
        seen: list[tuple[int, int]] = []
        assert search(store, lambda *step: seen.append(step), ignored) == 5
        assert (seen[0], seen[-1]) == ((0, 5), (5, 5))
        reasons = {file.name: str(reason) for _id, file, reason in store.photos.problems()}
        assert reasons == {
            "empty.jpg": "empty.jpg is empty (0 bytes)",
            "cut.jpg": "cut.jpg is truncated",
            "huge.png": "huge.png claims 30000 x 30000 pixels, more than the limit of 200 "
            "megapixels",
            "text.jpg": "text.jpg is not an image that can be read",
        }
        ((_, _, _, name, width, height),) = store.photos.index()
        assert (name, width, height) == (good.name, 120, 90)
        assert [file for _, file in store.photos.without_face()] == [good]
        counts = store.queue.counts()
        assert (counts.photos, counts.problems, counts.waiting) == (5, 4, 0)

    def test_a_photo_turned_by_exif_has_its_upright_size_and_a_hash(self, store, photos):
        photos.mkdir()
        image = Image.new("RGB", (80, 50))
        exif = image.getexif()
        exif[274] = 6
        image.save(photos / "a.jpg", exif=exif)
        add_photos(store, [photos])
        search(store, silent, ignored)
        assert store.photos.index()[0][4:] == (50, 80)
        with sqlite3.connect(store.folder / "project.sqlite") as connection:
            (digest,) = connection.execute("SELECT sha256 FROM photo").fetchone()
        connection.close()
        assert len(digest) == 64

    def test_a_repaired_photo_is_searched_again_with_its_folder(self, store, photos):
        draw(photos / "a.jpg")
        (photos / "b.jpg").touch()
        add_photos(store, [photos])
        search(store, silent, ignored)
        draw(photos / "b.jpg")
        assert add_photos(store, [photos]) == PhotoImportSummary(known=2)
        assert search(store, silent, ignored) == 1
        assert store.photos.problems() == []

    def test_a_second_search_does_nothing(self, store, photos):
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        search(store, silent, ignored)
        assert search(store, silent, ignored) == 0

    def test_cancelling_keeps_what_was_done_and_the_next_search_goes_on(self, store, photos):
        for number in range(12):
            draw(photos / f"{number:02d}.jpg")
        add_photos(store, [photos])

        def cancel(done: int, _total: int) -> None:
            if done == 4:
                raise Cancelled

        with pytest.raises(Cancelled):
            search(store, cancel, ignored)
        assert store.queue.counts().waiting == 8
        assert search(store, silent, ignored) == 8
        assert store.queue.counts().waiting == 0

    def test_found_faces_are_reported_as_they_come(self, store, photos, monkeypatch):
        monkeypatch.setattr(detection_pool, "SAVE_SECONDS", 0.0)
        for number in range(4):
            draw(photos / f"{number}.jpg")
        add_photos(store, [photos])
        told: list[Changes] = []
        search(store, silent, told.append)
        assert len(told) == 4
        assert all(changes.photos for changes in told)

    def test_two_windows_that_search_at_once_find_every_face_once(self, store, photos, again):
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        found = {
            "photo": 1, "sha256": "0" * 64, "width": 60, "height": 40,
            "faces": [((1.0, 1.0, 9.0, 9.0), 0.9)],
        }  # fmt: skip
        store.photos.save_search_results([found])
        assert again(store).photos.save_search_results([found]).faces == frozenset()
        assert store.queue.counts().faces == 1


FAKE = """
import json, os, sys
print(json.dumps({"ready": True}), flush=True)
sys.stderr.write("warning: odd colour profile\\n" * 20_000)
for line in sys.stdin:
    if "crash.jpg" in line:
        os._exit(3)
    if "cut.jpg" in line:
        sys.stdout.write('{"sha256": ')
        sys.stdout.flush()
        os._exit(3)
    face = [[10.0, 10.0, 40.0, 40.0], 0.9]
    print(json.dumps({"sha256": "0" * 64, "width": 100, "height": 100, "faces": [face]}),
          flush=True)
"""


@pytest.fixture
def fake_search(tmp_path, monkeypatch):
    """A face search that finds one face in every photo, is noisy, and dies of some photos."""

    def use(code: str = FAKE) -> None:
        script = tmp_path / "fake_search.py"
        script.write_text(code, encoding="utf-8")
        monkeypatch.setattr(detection_pool, "program", lambda: [sys.executable, str(script)])

    use()
    return use


class TestSearchProcess:
    def test_a_photo_that_crashes_it_takes_no_other_photo_with_it(self, store, photos, fake_search):
        for name in ("a.jpg", "crash.jpg", "b.jpg", "cut.jpg", "c.jpg"):
            draw(photos / name)
        add_photos(store, [photos])
        assert search(store, silent, ignored) == 5
        reasons = {file.name: str(reason) for _, file, reason in store.photos.problems()}
        assert set(reasons) == {"crash.jpg", "cut.jpg"}
        assert all("crashed the image reader" in reason for reason in reasons.values())
        assert store.queue.counts().faces == 3

    def test_one_that_does_not_start_says_why(self, store, photos, fake_search):
        fake_search("raise SystemExit('no detector here')")
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        with pytest.raises(UserError, match="does not start: no detector here") as caught:
            search(store, silent, ignored)
        assert "labeltool doctor" in str(caught.value.remedy)
        assert store.queue.counts().waiting == 1

    def test_no_process_is_left_behind(self, store, photos, fake_search, monkeypatch):
        started: list[subprocess.Popen] = []
        popen = subprocess.Popen

        def remember(*arguments, **named):
            started.append(popen(*arguments, **named))
            return started[-1]

        monkeypatch.setattr(detection_pool.subprocess, "Popen", remember)
        for name in ("a.jpg", "crash.jpg"):
            draw(photos / name)
        add_photos(store, [photos])
        search(store, silent, ignored)
        assert len(started) >= 1
        assert all(process.returncode is not None for process in started)

    def test_a_face_that_labels_brought_is_not_found_a_second_time(
        self, store, photos, fake_search
    ):
        draw(photos / "a.jpg", (100, 100))
        add_photos(store, [photos])
        store.faces.add([(1, (12.0, 12.0, 38.0, 38.0), "landmarks")])
        store.faces.add([(1, (70.0, 70.0, 20.0, 20.0), "hand")])
        search(store, silent, ignored)
        assert store.queue.counts().faces == 2


@pytest.fixture
def people(sample, photos) -> Path:
    """Six sample pictures with more faces than that, in a folder of Korean and emoji name."""
    folder = photos / KOREAN
    folder.mkdir(parents=True)
    for picture in sorted(sample.glob("*.jpg"))[:6]:
        shutil.copy(picture, folder)
    return folder


class TestRealFaces:
    def test_the_labelled_faces_are_found_and_the_labels_go_to_them(
        self, sample, people, project, tmp_path
    ):
        store = project(scheme=load_scheme("300w"))
        add_photos(store, [people])
        search(store, silent, ignored)
        found = store.queue.counts().faces
        shutil.copy(sample / "truth.json", tmp_path)
        truth = coco.read(tmp_path / "truth.json")
        names = {path.name for path in people.iterdir()}
        rows = [row for row in truth.rows if Path(row.photo).name in names]
        summary = import_labels(store, tmp_path / "truth.json", ANN)
        assert summary.imported == len(rows) > 6
        assert summary.new_faces == 0
        assert found == store.queue.counts().faces >= len(rows)
        assert len(summary.problems) == len(truth.rows) - len(rows)
        assert len(store.queue.ids(Filter("corrected"))) == len(rows)


class TestMovedPhotos:
    def test_a_moved_folder_is_pointed_to_again_and_searched(self, store, photos, tmp_path):
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        moved = tmp_path / KOREAN
        photos.rename(moved)
        search(store, silent, ignored)
        ((_, _, reason),) = store.photos.problems()
        assert "there is no such file" in str(reason)
        (root_id,) = store.photos.roots()
        store.photos.move_root(root_id, moved)
        assert add_photos(store, [moved]) == PhotoImportSummary(known=1)
        assert search(store, silent, ignored) == 1
        assert store.photos.problems() == []


def labelled(photo: str, shift: float = 0.0, **rest: object) -> LabelledFace:
    points = triangle(shift)
    return LabelledFace(photo, points, tight_box(points), **rest)  # type: ignore[arg-type]


def write(path: Path, *rows: LabelledFace, names: tuple[str, ...] = THREE.names) -> Path:
    sizes = {row.photo: (100, 100) for row in rows}
    coco.write(path, rows, names, (), None, sizes)
    return path


def place(store: Store, face: int, kind: str, box: tuple[float, ...]) -> None:
    """Move a made-up face's box to where a test wants it."""
    with store._database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE face SET x = ?, y = ?, w = ?, h = ?, kind = ? WHERE id = ?", (*box, kind, face)
        )


class TestLabels:
    def test_a_label_goes_to_the_face_that_its_points_overlap(self, project, tmp_path):
        store = project(3)
        row = labelled("00001.jpg")
        x, y, w, h = row.box
        place(store, 2, "detected", (x - 2, y - 0.3 * h, 1.1 * w, 1.3 * h))
        convention = CropConvention()
        assert overlap(convention.landmark_box((x - 2, y - 12, 44, 52), "detected"), row.box) > 0.5
        summary = import_labels(store, write(tmp_path / "a.json", row), ANN)
        assert (summary.imported, summary.new_faces, summary.already_decided, summary.problems) == (
            1,
            0,
            0,
            [],
        )
        assert verdicts(store) == [Verdict.UNREVIEWED, Verdict.CORRECTED, Verdict.UNREVIEWED]
        np.testing.assert_array_equal(store.faces.get(2).points, row.points)

    def test_a_label_that_overlaps_less_than_half_makes_a_new_face(self, project, tmp_path):
        store = project(1)
        place(store, 1, "landmarks", (10, 20, 19, 40))  # 0.48 of the union
        summary = import_labels(store, write(tmp_path / "a.json", labelled("00000.jpg")), ANN)
        assert (summary.imported, summary.new_faces) == (1, 1)
        face = store.faces.get(2)
        assert (face.photo_id, face.box_kind, face.box) == (1, "landmarks", labelled("x").box)
        assert verdicts(store) == [Verdict.UNREVIEWED, Verdict.CORRECTED]

    def test_of_two_labels_the_nearer_one_gets_the_face(self, project, tmp_path):
        store = project(1)
        near, far = labelled("00000.jpg", 0.5), labelled("00000.jpg", 12)
        place(store, 1, "landmarks", labelled("x").box)
        import_labels(store, write(tmp_path / "a.json", far, near), ANN)
        np.testing.assert_array_equal(store.faces.get(1).points, near.points)
        np.testing.assert_array_equal(store.faces.get(2).points, far.points)

    def test_the_same_file_again_adds_nothing(self, project, tmp_path):
        store = project(2)
        rows = [labelled("00000.jpg"), labelled("00000.jpg", 12), labelled("00001.jpg", 30)]
        file = write(tmp_path / "a.json", *rows)
        assert import_labels(store, file, ANN).imported == 3
        faces = store.queue.counts().faces
        again = import_labels(store, file, "ben")
        assert (again.imported, again.new_faces, again.already_decided) == (0, 0, 3)
        assert store.queue.counts().faces == faces

    def test_a_human_decision_is_never_replaced(self, project, tmp_path):
        store = project(2)
        for face in (1, 2):
            place(store, face, "landmarks", labelled("x").box)
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle(3))
        store.decisions.decide(ANN, [2], Verdict.EXCLUDED)
        file = write(tmp_path / "a.json", labelled("00000.jpg"), labelled("00001.jpg"))
        for proposals in (False, True):
            summary = import_labels(store, file, "ben", proposals=proposals)
            assert (summary.imported, summary.new_faces, summary.already_decided) == (0, 0, 2)
        assert verdicts(store) == [Verdict.CORRECTED, Verdict.EXCLUDED]
        np.testing.assert_array_equal(store.faces.get(1).points, triangle(3))

    def test_a_verdict_in_the_file_is_kept(self, project, tmp_path):
        store = project(2)
        rows = (
            labelled("00000.jpg", verdict="accepted"),
            labelled("00001.jpg", verdict="corrected"),
        )
        import_labels(store, write(tmp_path / "a.json", *rows), ANN)
        assert verdicts(store) == [Verdict.ACCEPTED, Verdict.CORRECTED]

    def test_landmarks_in_another_order_are_sorted_by_name(self, project, tmp_path):
        store = project(1)
        row = labelled("00000.jpg", visibility=np.array([2, 1, 2], np.int8))
        file = write(tmp_path / "a.json", row, names=("nose", "left", "right"))
        import_labels(store, file, ANN)
        ((_, _, points, visibility, *_),) = store.labels.all()
        np.testing.assert_array_equal(points, row.points[[1, 2, 0]])
        np.testing.assert_array_equal(visibility, [1, 2, 2])

    def test_another_number_of_landmarks_is_refused_with_both_numbers(self, project, tmp_path):
        store = project(1)
        row = labelled("00000.jpg")
        four = LabelledFace(row.photo, np.vstack([row.points, [1, 1]]))
        file = write(tmp_path / "a.json", four, names=("a", "b", "c", "d"))
        with pytest.raises(UserError, match=r"4 landmarks a face, .*'three' has 3") as caught:
            import_labels(store, file, ANN)
        assert caught.value.remedy
        assert store.queue.counts().faces == 1

    def test_rows_that_cannot_be_used_are_named_and_the_rest_is_taken(self, project, tmp_path):
        store = project(1)
        empty = labelled("00000.jpg")
        empty.points[:] = np.nan
        file = write(tmp_path / "a.json", labelled("gone.jpg"), empty, labelled("00000.jpg"))
        summary = import_labels(store, file, ANN)
        assert summary.imported == 1
        assert [str(problem) for problem in summary.problems] == [
            "gone.jpg is not a photo of this project",
            "a face of 00000.jpg has no landmarks",
        ]

    def test_new_photos_beside_the_label_file_are_added(self, store, photos, tmp_path):
        draw(photos / KOREAN / "a.png", (100, 100))
        file = write(photos / "labels.json", labelled(f"{KOREAN}/a.png"))
        assert import_labels(store, file, ANN).imported == 1
        ((_, _, root, path, width, height),) = store.photos.index()
        assert (Path(root), path, width, height) == (photos, f"{KOREAN}/a.png", 100, 100)

    @pytest.mark.parametrize("name", ["nowhere.json", "text.json", "folder", "labels.csv"])
    def test_a_file_that_is_no_label_file_is_refused(self, store, tmp_path, name):
        (tmp_path / "folder").mkdir()
        for file in ("text.json", "labels.csv"):
            (tmp_path / file).write_text("hello")
        with pytest.raises(UserError) as caught:
            import_labels(store, tmp_path / name, ANN)
        assert str(caught.value)


class TestUndo:
    """Of an import: nothing of it is left, and the same file makes it again."""

    @pytest.fixture
    def mixed(self, project, tmp_path) -> tuple[Store, Path]:
        """Two faces; a file labels the first, and two more that nobody found."""
        store = project(2)
        place(store, 1, "landmarks", labelled("x").box)
        rows = [labelled("00000.jpg"), labelled("00000.jpg", 30), labelled("00001.jpg", 30)]
        return store, write(tmp_path / "a.json", *rows)

    @staticmethod
    def everything(store: Store) -> dict[str, object]:
        """What the rest of the program knows of faces."""
        folders = [(folder.faces, folder.todo) for folder in store.queue.folders()]
        out = store.folder / "out.json"
        if store.labels.all():
            export_labels(store, out, "coco")
        exported = json.loads(out.read_text())["annotations"] if out.exists() else []
        out.unlink(missing_ok=True)
        return {
            "counts": store.queue.counts(), "queue": store.queue.ids(Filter()),
            "boxes": store.faces.boxes(), "folders": folders, "exported": len(exported),
            "labels": len(store.labels.all()), "of photo": store.boxes.of_photo(1),
            "pseudo": len(store.faces.pseudo_labels("mean face", 100)),
            "unpredicted": store.faces.count_unpredicted(),
            "rounds": store.queue.shown_rounds(), "facets": store.queue.facets(Filter()),
            "proposals": len(store.faces.recent_proposals(100)),
            "found": store.boxes.of_photo(1),
        }  # fmt: skip

    @pytest.mark.parametrize("proposals", [False, True])
    def test_the_faces_that_it_made_are_gone_and_come_back(self, mixed, again, proposals):
        store, file = mixed
        before = self.everything(store)
        summary = import_labels(store, file, ANN, proposals=proposals)
        assert (summary.imported, summary.new_faces) == (3, 2)
        after = self.everything(store)
        assert after["counts"].faces == 4
        store = again(store)
        for _ in range(2):
            assert store.undo.undo(ANN).changes.any_face
            assert self.everything(store) == before
            assert store.check() == []
            assert store.undo.redo(ANN).changes.any_face
            assert self.everything(store) == after
            assert store.check() == []

    @pytest.mark.parametrize("proposals", [False, True])
    def test_importing_the_same_file_after_it_adds_no_duplicates(self, mixed, proposals):
        store, file = mixed
        import_labels(store, file, ANN, proposals=proposals)
        after = self.everything(store)
        store.undo.undo(ANN)
        summary = import_labels(store, file, "ben", proposals=proposals)
        assert (summary.imported, summary.new_faces) == (3, 2)
        again = self.everything(store)
        assert again == after
        assert str(store.undo.state("ben").undo) == (
            "proposals from a.json" if proposals else "labels from a.json"
        )
        store.undo.undo("ben")
        assert store.queue.counts().faces == 2
        assert store.check(repair=True) == []

    def test_a_face_found_since_is_labelled_and_not_doubled(self, mixed):
        store, file = mixed
        import_labels(store, file, ANN)
        store.undo.undo(ANN)
        (found,) = store.faces.add([(2, labelled("x", 30).box, "landmarks")])
        summary = import_labels(store, file, ANN)
        assert (summary.imported, summary.new_faces) == (3, 1)
        assert store.faces.get(found).verdict is Verdict.CORRECTED
        assert store.queue.counts().faces == 4

    @pytest.mark.parametrize("proposals", [False, True])
    def test_redo_adds_no_second_face_where_the_search_found_one(self, mixed, proposals):
        store, file = mixed
        import_labels(store, file, ANN, proposals=proposals)
        store.undo.undo(ANN)
        (found,) = store.faces.add([(2, labelled("x", 30).box, "landmarks")])
        redone = store.undo.redo(ANN)
        assert "faces were changed since and stay as they are" in str(redone.message)
        assert store.queue.counts().faces == 4
        assert [face for face, *_ in store.boxes.of_photo(2)] == [2, found]
        store.undo.undo(ANN)
        assert store.queue.counts().faces == 3
        assert store.check() == []

    def test_undo_of_a_revert_adds_no_second_face_where_the_search_found_one(self, mixed):
        store, file = mixed
        import_labels(store, file, ANN)
        store.history.revert_batch(ANN, store.history.batches()[0].id)
        store.faces.add([(2, labelled("x", 30).box, "landmarks")])
        store.undo.undo(ANN)
        assert store.queue.counts().faces == 4
        assert store.check() == []

    def test_what_others_did_to_its_faces_meanwhile_stays(self, mixed):
        store, file = mixed
        import_labels(store, file, ANN)
        store.decisions.decide("ben", [3], Verdict.EXCLUDED)
        store.drafts.save("ben", 4, None, triangle(40))
        note = str(store.undo.undo(ANN).message)
        assert note.endswith("2 of 3 faces were changed since and stay as they are.")
        found = [store.faces.get(face).verdict for face in (1, 3, 4)]
        assert found == [Verdict.UNREVIEWED, Verdict.EXCLUDED, Verdict.CORRECTED]

    def test_a_proposal_that_was_accepted_meanwhile_stays(self, mixed):
        store, file = mixed
        import_labels(store, file, ANN, proposals=True)
        store.decisions.decide("ben", [1, 3], Verdict.ACCEPTED)
        store.undo.undo(ANN)
        assert [store.faces.get(face).verdict for face in (1, 3, 4)] == [
            Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REMOVED,
        ]  # fmt: skip
        assert store.faces.get(3).prediction.model == "import of a.json"
        assert len(store.labels.all()) == 2

    def test_a_removed_face_takes_no_decision_and_no_moves(self, mixed):
        store, file = mixed
        import_labels(store, file, ANN)
        store.undo.undo(ANN)
        for write in (
            lambda: store.decisions.decide("ben", [3], Verdict.ACCEPTED),
            lambda: store.decisions.decide("ben", [3], Verdict.EXCLUDED),
            lambda: store.drafts.save("ben", 3, None, triangle()),
            lambda: store.boxes.change("ben", 3, (1.0, 1.0, 2.0, 2.0)),
            lambda: store.history.restore("ben", 3, None),
        ):
            with pytest.raises(UserError, match="not in the project any more"):
                write()
        assert not store.decisions.flag("ben", [3], True).changes.any_face
        assert store.faces.get(3).verdict is Verdict.REMOVED

    def test_photos_that_came_with_it_stay(self, store, photos):
        draw(photos / "a.png", (90, 70))
        import_labels(store, write(photos / "labels.json", labelled("a.png")), ANN)
        store.undo.undo(ANN)
        counts = store.queue.counts()
        assert (counts.photos, counts.faces) == (1, 0)
        assert [file.name for _id, file in store.photos.unsearched()] == ["a.png"]

    def test_cancelled_proposals_leave_no_face(self, project, tmp_path):
        store = project(75, proposed=False)
        rows = [labelled(f"{photo:05d}.jpg", shift) for photo in range(75) for shift in (0.0, 60.0)]
        file = write(tmp_path / "a.json", *rows)

        def stop(done: int, total: int) -> None:
            if total == 150 and done == 100 and store.rounds.all():
                raise Cancelled

        with pytest.raises(Cancelled):
            import_labels(store, file, ANN, proposals=True, progress=stop)
        assert store.queue.counts().faces == 75
        assert store.undo.state(ANN).undo is None
        assert import_labels(store, file, ANN, proposals=True).new_faces == 75
        assert store.queue.counts().faces == 150


class TestProposals:
    def test_imported_proposals_wait_for_a_verdict_with_score_and_source(self, project, tmp_path):
        store = project(1, proposed=False)
        file = write(tmp_path / "other tool.json", labelled("00000.jpg", score=0.75))
        summary = import_labels(store, file, ANN, proposals=True)
        assert (summary.imported, summary.new_faces) == (1, 0)
        prediction = store.faces.get(1).prediction
        assert (prediction.score, prediction.model) == (0.75, "import of other tool.json")
        assert verdicts(store) == [Verdict.UNREVIEWED]
        assert store.queue.counts().rounds == 0

    @pytest.mark.parametrize("proposals", [False, True])
    def test_cancelled_while_faces_are_matched_nothing_is_taken(self, project, tmp_path, proposals):
        store = project(2, proposed=False)
        file = write(tmp_path / "a.json", labelled("00000.jpg"), labelled("00001.jpg"))

        def stop(done: int, _total: int) -> None:
            if done == 1:
                raise Cancelled

        with pytest.raises(Cancelled):
            import_labels(store, file, ANN, proposals=proposals, progress=stop)
        assert verdicts(store) == [Verdict.UNREVIEWED] * 2
        assert store.faces.get(1).prediction is None
        assert import_labels(store, file, ANN, proposals=proposals).imported == 2

    def test_labels_cancelled_while_they_are_written_leave_nothing(
        self, project, tmp_path, monkeypatch
    ):
        store = project(2, proposed=False)
        place(store, 1, "landmarks", (1000.0, 1000.0, 10.0, 10.0))  # its label makes a new one
        file = write(tmp_path / "a.json", labelled("00000.jpg"), labelled("00001.jpg"))
        written = []

        def stop(_done: int, total: int) -> None:
            if total == 0 and written:  # asked within the transaction, with no figures
                raise Cancelled

        take = label_import._add_labels

        def endless(*arguments: object) -> None:
            take(*arguments)
            with closing(sqlite3.connect(store.folder / FILE)) as other:
                written.extend(other.execute("SELECT count(*) FROM face"))
            with store._database.write() as connection:
                connection.exec_driver_sql(ENDLESS)

        with monkeypatch.context() as patch:
            patch.setattr(label_import, "_add_labels", endless)
            with pytest.raises(Cancelled):
                import_labels(store, file, ANN, progress=stop)
        assert written == [(2,)]  # as others see it
        assert len(store.faces.boxes()) == 2
        assert verdicts(store) == [Verdict.UNREVIEWED] * 2
        summary = import_labels(store, file, ANN)
        assert (summary.imported, summary.new_faces) == (2, 1)

    def test_proposals_cancelled_while_they_are_written_are_offered_the_next_time(
        self, project, tmp_path
    ):
        store = project(150, proposed=False)
        rows = [labelled(f"{k:05d}.jpg") for k in range(150)]
        file = write(tmp_path / "a.json", *rows)

        def stop(done: int, total: int) -> None:
            if (done, total) == (100, 150) and sql(store, "SELECT count(*) FROM prediction") == [
                (100,)
            ]:
                raise Cancelled

        with pytest.raises(Cancelled):
            import_labels(store, file, ANN, proposals=True, progress=stop)
        assert store.queue.counts().proposed == 0
        assert [row.status for row in store.rounds.all()] == [RoundStatus.CANCELLED]
        assert import_labels(store, file, ANN, proposals=True).imported == 150
        assert store.queue.counts().proposed == 150
        assert [row.status for row in store.rounds.all()] == [RoundStatus.READY]

    def test_the_same_file_again_changes_nothing(self, project, tmp_path):
        store = project(2)
        for face in (1, 2):
            place(store, face, "landmarks", labelled("x").box)
        file = write(tmp_path / "a.json", labelled("00000.jpg"), labelled("00001.jpg"))
        import_labels(store, file, ANN, proposals=True)
        store.decisions.decide(ANN, [1], Verdict.REJECTED)
        before = [store.faces.get(face).prediction.id for face in (1, 2)]
        import_labels(store, file, ANN, proposals=True)
        assert [store.faces.get(face).prediction.id for face in (1, 2)] == before
        assert not store.faces.get(1).offered
        assert len(store.rounds.all()) == 2  # the starter's and the import

    def test_another_file_is_another_round(self, project, tmp_path):
        store = project(1)
        place(store, 1, "landmarks", labelled("x").box)
        for shift in (0.0, 1.0):
            row = labelled("00000.jpg", shift)
            import_labels(store, write(tmp_path / "a.json", row), ANN, proposals=True)
            np.testing.assert_array_equal(store.faces.get(1).points, row.points)
        assert len(store.rounds.all()) == 3

    def test_they_can_be_offered_again_after_a_round(self, project, tmp_path):
        store = project(1)
        place(store, 1, "landmarks", labelled("x").box)
        file = write(tmp_path / "a.json", labelled("00000.jpg"))
        import_labels(store, file, ANN, proposals=True)
        propose(store, [1], 0.9)
        import_labels(store, file, ANN, proposals=True)
        np.testing.assert_array_equal(store.faces.get(1).points, triangle())


class TestRoundTrip:
    def reviewed(self, project, photos: Path) -> Store:
        """Six photos of two folders with the same names in both; some with several faces."""
        store = project(proposed=False)
        for folder in ("one", "two"):
            for name in ("a.jpg", "a_1.jpg", f"{KOREAN}/b.jpg"):
                draw(photos / folder / name, (100, 100))
            add_photos(store, [photos / folder])
        store.photos.save_search_results(
            [
                {
                    "photo": photo,
                    "sha256": content_hash(file),
                    "width": 100,
                    "height": 100,
                    "faces": [],
                }
                for photo, file in store.photos.unsearched()
            ]
        )
        for photo in (1, 1, 2, 3, 4, 4, 6):
            (face,) = store.faces.add([(photo, (0, 0, 5, 5), "hand")])
            verdict = Verdict.CORRECTED
            store.decisions.decide(ANN, [face], verdict, points=triangle(face * 9 + 1 / 7))
        return store

    @pytest.mark.parametrize("form", ["coco", "pts"])
    def test_what_is_exported_comes_back_to_its_photo(
        self, project, photos, tmp_path, opened, form
    ):
        store = self.reviewed(project, photos)
        out = tmp_path / "out" / ("labels.json" if form == "coco" else "labels")
        written = export_labels(store, out, form)
        assert (written.faces, written.photos, written.problems) == (7, 5, ())
        other = make_project(tmp_path / "other")
        opened.append(other)
        for folder in ("one", "two"):
            add_photos(other, [photos / folder])
        summary = import_labels(other, out, ANN)
        assert (summary.imported, summary.problems) == (7, [])
        assert content(other) == content(store)

    @pytest.mark.parametrize("form", ["coco", "pts"])
    @pytest.mark.parametrize("after", [0, 4])
    def test_a_cancelled_export_writes_nothing(self, project, photos, tmp_path, form, after):
        store = self.reviewed(project, photos)
        out = tmp_path / "out"
        out.mkdir()

        def stop(done: int, total: int) -> None:
            assert 0 <= done <= total
            if done >= after:
                raise Cancelled

        for name in ("labels.json",) if form == "coco" else (".", "new"):
            with pytest.raises(Cancelled):
                export_labels(store, out / name, form, stop)
        assert list(out.iterdir()) == []

    def test_visibility_and_absent_points_come_back(self, project, photos, tmp_path, opened):
        store = self.reviewed(project, photos)
        (face,) = store.faces.add([(5, (0, 0, 5, 5), "hand")])
        points = triangle(20)
        points[1] = np.nan
        store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=points)
        export_labels(store, tmp_path / "labels.json", "coco")
        other = make_project(tmp_path / "other")
        opened.append(other)
        for folder in ("one", "two"):
            add_photos(other, [photos / folder])
        import_labels(other, tmp_path / "labels.json", ANN)
        (back,) = (row for row in other.labels.all() if np.isnan(row[2]).any())
        np.testing.assert_array_equal(back[2], points)
        np.testing.assert_array_equal(back[3], [2, 0, 2])
        export_labels(other, tmp_path / "again.json", "coco")
        written, again = (
            json.loads((tmp_path / name).read_text())["annotations"]
            for name in ("labels.json", "again.json")
        )
        assert {row.pop("reviewer") for row in written} == {ANN}
        assert {row.pop("reviewer") for row in again} == {"labels.json"}
        assert written == again

    def test_a_face_that_pts_cannot_hold_is_named(self, project, photos, tmp_path):
        store = self.reviewed(project, photos)
        (face,) = store.faces.add([(5, (0, 0, 5, 5), "hand")])
        points = triangle(20)
        points[1] = np.nan
        store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=points)
        written = export_labels(store, tmp_path / "labels", "pts")
        assert written.faces == 7
        (problem,) = written.problems
        assert "a_1.jpg" in str(problem)

    def test_a_label_of_a_photo_that_became_unreadable_is_exported(self, project, photos, tmp_path):
        store = project(proposed=False)
        draw(photos / "a.jpg")
        add_photos(store, [photos])
        store.faces.add([(1, (0, 0, 5, 5), "hand")])
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle())
        (photos / "a.jpg").write_bytes(b"")
        search(store, silent, ignored)
        assert store.queue.counts().problems == 1
        assert export_labels(store, tmp_path / "a.json", "coco").faces == 1

    def test_nothing_reviewed_is_nothing_to_export(self, project, tmp_path):
        with pytest.raises(UserError, match="nothing to export") as caught:
            export_labels(project(2), tmp_path / "a.json", "coco")
        assert caught.value.remedy
        assert not (tmp_path / "a.json").exists()

    @pytest.mark.parametrize("form", ["coco", "pts"])
    def test_a_folder_that_cannot_be_written_is_reported(self, project, photos, tmp_path, form):
        store = self.reviewed(project, photos)
        (tmp_path / "file").touch()
        with pytest.raises(UserError, match="cannot be written"):
            export_labels(store, tmp_path / "file" / "out", form)

    def test_pts_files_are_not_written_among_the_photos(self, project, photos):
        store = self.reviewed(project, photos)
        with pytest.raises(UserError, match="inside the photo folder"):
            export_labels(store, photos / "one" / "labels", "pts")


def content(store: Store) -> set[tuple]:
    """Every manual label by its file, to a millionth of a pixel."""
    return {
        (str(store.faces.get(face).photo), verdict, np.round(points, 6).tobytes())
        for face, verdict, points, *_ in store.labels.all()
    }


def test_a_scheme_of_numbers_takes_labels_by_place(project, tmp_path):
    store = project(1, scheme=Scheme.numbered("three numbers", 3))
    summary = import_labels(store, write(tmp_path / "a.json", labelled("00000.jpg")), ANN)
    assert summary.imported == 1
