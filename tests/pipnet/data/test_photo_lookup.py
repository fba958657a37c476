"""A name in a label file leads to its photo, or to none and says why; never to another one."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from pipnet.data.photo_lookup import KnownPhoto, PhotoLookup, content_hash

NFC, NFD = (unicodedata.normalize(form, "사진") for form in ("NFC", "NFD"))
HASH = {letter: letter * 64 for letter in "abc"}


def lookup(folder: Path, *names: str, **hashes: str) -> PhotoLookup:
    """Photos that need not be there, below /photos; `hashes` by the number of the photo."""
    known = [
        KnownPhoto(Path("/photos") / name, name, hashes.get(f"h{number}"))
        for number, name in enumerate(names)
    ]
    return PhotoLookup(folder, known)


def found(looked: PhotoLookup, name: str, sha256: str | None = None) -> str:
    """The name of the photo found, or the problem after a star."""
    result = looked.find(name, sha256)
    return f"*{result.problem}" if result.file is None else str(result.file)[len("/photos/") :]


class TestTails:
    @pytest.mark.parametrize(
        ("photos", "name", "wanted"),
        [
            (["val/f.jpg"], "f.jpg", "val/f.jpg"),
            (["val/f.jpg"], "val/f.jpg", "val/f.jpg"),
            (["val/f.jpg"], "data/val/f.jpg", "val/f.jpg"),
            (["val/f.jpg"], "/mnt/val/f.jpg", "val/f.jpg"),
            (["val/f.jpg"], "C:\\data\\val\\f.jpg", "val/f.jpg"),
            (["val/f.jpg"], "./val//f.jpg", "val/f.jpg"),
            (["a/x/f.jpg", "b/x/f.jpg"], "z/b/x/f.jpg", "b/x/f.jpg"),
            (["f.jpg"], "train/f.jpg", "f.jpg"),  # a photo that lies in no folder
            (["x/a\\b.jpg", "a/b.jpg"], "x/a\\b.jpg", "x/a\\b.jpg"),  # as written first
            (["a/b.jpg"], "a\\b.jpg", "a/b.jpg"),
            ([f"x/{NFC}.jpg"], f"x/{NFD}.jpg", f"x/{NFC}.jpg"),
            ([f"x/{NFC}.jpg", f"x/{NFD}.jpg"], f"x/{NFD}.jpg", f"x/{NFD}.jpg"),
            (["x/A.JPG"], "x/a.jpg", "x/A.JPG"),
            (["x/A.jpg", "x/a.jpg"], "x/a.jpg", "x/a.jpg"),
            (["Val/f.jpg", "train/f.jpg"], "val/f.jpg", "Val/f.jpg"),
        ],
    )
    def test_the_longest_common_tail(self, tmp_path, photos, name, wanted):
        assert found(lookup(tmp_path, *photos), name) == wanted

    @pytest.mark.parametrize(
        ("photos", "name", "words"),
        [
            (["val/f.jpg"], "train/f.jpg", "is not val/f.jpg: only the file name agrees"),
            (["val/f.jpg"], "train\\f.jpg", "is not val/f.jpg: only the file name agrees"),
            (["val/f.jpg"], "../f.jpg", "is not val/f.jpg"),
            (["a/f.jpg", "b/f.jpg"], "f.jpg", "could be a/f.jpg or b/f.jpg"),
            (["a/x/f.jpg", "b/x/f.jpg"], "c/x/f.jpg", "could be a/x/f.jpg or b/x/f.jpg"),
            (["x/A.jpg", "x/a.jpg"], "x/A.JPG", "could be x/A.jpg or x/a.jpg"),
            (["a/f.jpg"], "g.jpg", "is not a photo of this project"),
            (["a/f.jpg"], "\ud800\0.jpg", "is not a photo of this project"),
            (["a/f.jpg"], "x" * 5000, "is not a photo of this project"),
        ],
    )
    def test_what_is_contradictory_or_ambiguous_is_not_used(self, tmp_path, photos, name, words):
        assert found(lookup(tmp_path, *photos), name).startswith(f"*{words}")


class TestContent:
    def test_it_decides_against_every_name(self, tmp_path):
        looked = lookup(tmp_path, "x/1.jpg", "y/1.jpg", h0=HASH["a"], h1=HASH["b"])
        assert found(looked, "x/1.jpg", HASH["b"]) == "y/1.jpg"
        assert found(looked, "renamed/7.jpg", HASH["a"]) == "x/1.jpg"

    def test_of_two_copies_the_name_decides(self, tmp_path):
        looked = lookup(tmp_path, "x/1.jpg", "y/1.jpg", h0=HASH["a"], h1=HASH["a"])
        assert found(looked, "y/1.jpg", HASH["a"]) == "y/1.jpg"
        assert found(looked, "z/2.jpg", HASH["a"]).startswith("*could be x/1.jpg or y/1.jpg")

    def test_other_content_contradicts_the_name(self, tmp_path):
        looked = lookup(tmp_path, "x/1.jpg", h0=HASH["a"])
        assert found(looked, "x/1.jpg", HASH["b"]).startswith("*is not the photo that was labelled")

    def test_it_is_read_where_it_is_not_known(self, tmp_path):
        for name in "ab":
            (tmp_path / f"{name}.jpg").write_bytes(name.encode())
        known = [KnownPhoto(tmp_path / f"{name}.jpg", f"x/{name}.jpg") for name in "ab"]
        wanted = content_hash(tmp_path / "b.jpg")
        assert PhotoLookup(tmp_path / "other", known).find("c.jpg", wanted).file == known[1].file
        gone = PhotoLookup(tmp_path, [KnownPhoto(Path("/gone/x/a.jpg"), "x/a.jpg")])
        assert "cannot be read to compare its content" in gone.find("x/a.jpg", wanted).problem


class TestBeside:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        for name in ("train/f.jpg", "val/f.jpg", f"{NFD}/B.JPG"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    @pytest.mark.parametrize(
        ("below", "name", "wanted"),
        [
            ("", "train/f.jpg", "train/f.jpg"),
            ("", "train\\f.jpg", "train/f.jpg"),
            ("", f"{NFC}/b.jpg", f"{NFD}/B.JPG"),
            ("val", "val/f.jpg", "val/f.jpg"),  # our export, kept inside the photo folder
            ("val", "f.jpg", "val/f.jpg"),
            ("val", "../train/f.jpg", "train/f.jpg"),
        ],
    )
    def test_the_file_beside_comes_before_a_known_photo(self, folder, below, name, wanted):
        looked = PhotoLookup(folder / below, [KnownPhoto(Path("/x/f.jpg"), "x/f.jpg")])
        assert looked.find(name).file == folder / wanted

    def test_our_export_of_two_folders_of_one_name_kept_inside_one(self, tmp_path):
        photos = tmp_path / "a" / "photos"
        photos.mkdir(parents=True)
        (photos / "1.jpg").touch()
        assert PhotoLookup(photos, []).find("a/photos/1.jpg").file == photos / "1.jpg"

    def test_two_files_that_it_could_be_are_not_used(self, tmp_path):
        (tmp_path / "x" / "x").mkdir(parents=True)
        for name in ("x/1.jpg", "x/x/1.jpg"):
            (tmp_path / name).touch()
        result = PhotoLookup(tmp_path / "x", []).find("x/1.jpg")
        assert result.file is None
        assert result.problem.startswith("could be ")

    @pytest.mark.skipif(os.name == "nt", reason="links need a right there")
    def test_a_known_photo_by_another_way_is_that_photo(self, folder):
        (folder / "link").symlink_to(folder / "val")
        known = KnownPhoto(folder / "link" / "f.jpg", "link/f.jpg")
        assert PhotoLookup(folder, [known]).find("val/f.jpg").file == known.file

    def test_without_known_photos_those_below_the_folder_are_meant(self, folder):
        looked = PhotoLookup(folder)
        assert looked.find("b.jpg").file == folder / NFD / "B.JPG"
        assert looked.find("c.jpg").problem == "is not there"


class TestFindAll:
    def test_two_names_for_one_photo_are_both_not_used(self, tmp_path):
        looked = lookup(tmp_path, "val/f.jpg", "val/g.jpg")
        names = dict.fromkeys(["a/val/f.jpg", "b/val/f.jpg", "val/g.jpg", "./val/g.jpg"])
        files, problems = looked.find_all(names)
        assert set(files) == {"val/g.jpg", "./val/g.jpg"}
        assert set(problems) == {"a/val/f.jpg", "b/val/f.jpg"}
        assert all("a/val/f.jpg and b/val/f.jpg" in problem for problem in problems.values())

    @pytest.mark.parametrize(
        ("stems", "photos", "wanted"),
        [
            (["x/a"], ["x/a.jpg", "y/a.jpg"], ["x/a.jpg"]),
            (["a"], ["x/a.jpg"], ["x/a.jpg"]),
            (["a"], ["x/a.jpg", "y/a.jpg"], []),
            (["z/a"], ["x/a.jpg"], []),
            (["x/a_1", "x/a_2"], ["x/a.jpg"], ["x/a.jpg"] * 2),
            (["x/a_1"], ["x/a.jpg", "y/a_1.jpg"], ["x/a.jpg"]),
            (["x/a.jpg", "x/a_1"], ["x/a.jpg"], ["x/a.jpg"] * 2),
            (["p/x/a", "q/x/a"], ["x/a.jpg"], []),
            (["x/a"], ["x/a.jpg", "x/a.png"], []),
            (["x/a.png"], ["x/a.jpg", "x/a.png"], ["x/a.png"]),
            ([f"X/{NFD}"], [f"x/{NFC}.JPG"], [f"x/{NFC}.JPG"]),
            (["x/A", "x/a"], ["x/A.jpg", "x/a.jpg"], ["x/A.jpg", "x/a.jpg"]),
        ],
    )
    def test_pts_files(self, tmp_path, stems, photos, wanted):
        files, problems = lookup(tmp_path, *photos).find_all(dict.fromkeys(stems), stems=True)
        assert [file.relative_to("/photos").as_posix() for file in files.values()] == wanted
        assert len(files) + len(problems) == len(stems)

    def test_a_pts_file_belongs_to_the_photo_beside_it(self, tmp_path):
        for name in ("a.jpg", "b.jpg", "b.png"):
            (tmp_path / name).touch()
        looked = PhotoLookup(tmp_path, [KnownPhoto(Path("/x/a.jpg"), "x/a.jpg")])
        assert looked.find_stem("a").file == tmp_path / "a.jpg"
        assert looked.find_stem("b").problem.startswith("could belong to b.jpg or b.png")
