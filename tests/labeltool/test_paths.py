"""A path is not a URL, a format or an option: whatever a file or folder is called, it is itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from labeltool.cli import run
from labeltool.domain import UserError, Verdict, folder_name
from labeltool.exchange import detection_pool, photo_import
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.store import MAX_FOLDER_BYTES, backups, create_project, open_project, restore
from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, read_header
from pipnet.data.labelled_faces import load_labelled
from pipnet.text import one_line
from tests.projects import THREE, change, make_project, propose, triangle, verdicts

ROOT = Path(__file__).resolve().parents[2]
ANN = "ann"
LONG = "가" * 85
"""A name of 255 bytes, the longest that there is."""

NAMES = {
    "question": "round 1?", "two": "a?b=c&d", "hash": "#1", "percent": "50% off %20 %(x)s",
    "and": "a & b; c", "single": "it's", "double": 'a "b"', "backslash": r"C:\x\y", "colon": "a:b",
    "star": "*[a-z]*", "dash": "--help", "newline": "a\nb", "tab": "a\tb\x7f", "emoji": "😀👨‍👩‍👧",
    "nfd": unicodedata.normalize("NFD", "여름 휴가"), "html": "<b>a<i>", "braces": "{0} {name} {",
    "blank": " a ", "file": "file:a", "turned": "a\u202egpj.b", "long": "x" * 250,
}  # fmt: skip


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request) -> str:
    if os.name == "nt":
        pytest.skip("Windows allows few of these names")
    return str(request.param)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_projects_photos_and_label_files_may_have_any_name(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, photos = Path(name), tmp_path / "photos" / name
    photos.mkdir(parents=True)
    Image.new("RGB", (100, 100)).save(photos / f"{name[:240]}.jpg")
    store = create_project(folder, THREE)
    assert photo_import.add_photos(store, [photos]).new == 1
    ((photo, file),) = store.photos.unsearched()
    size = read_header(file)
    store.photos.save_search_results(
        [{"photo": photo, "sha256": None, "width": size.width, "height": size.height}]
    )
    store.faces.add([(photo, tight_box(triangle(1)), "landmarks")])
    propose(store, [1])
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    made = store.back_up("work").file
    store.close()
    assert files(tmp_path) == {name, "photos"}  # nothing beside it

    store = open_project(folder)
    assert verdicts(store) == [Verdict.ACCEPTED]
    out = tmp_path / "out"
    out.mkdir()
    export_labels(store, out / f"{name[:240]}.json", "coco")
    export_labels(store, out / name, "pts")
    assert files(out) == {f"{name[:240]}.json", name}
    as_written = "\\" not in name  # what a label file means by that is a matter of its own
    for written in (out / f"{name[:240]}.json", out / name) if as_written else ():
        summary = import_labels(store, written, ANN)
        assert (summary.problems, summary.new_faces, summary.already_decided) == ([], 0, 1)
    store.close()

    assert [row.file.name for row in backups(folder)] == [made.name]
    restore(folder, made)
    open_project(folder).close()


def test_the_face_search_reads_them_all(tmp_path, sample):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in NAMES.values():
        shutil.copy(next(sample.glob("*.jpg")), photos / f"{name[:240]}.jpg")
    store = create_project(tmp_path / "p", THREE)
    assert photo_import.add_photos(store, [photos]).new == len(NAMES)
    assert detection_pool.search(store, lambda done, total: None, lambda changes: None) == len(
        NAMES
    )
    assert store.photos.problems() == []
    assert store.queue.counts().faces == len(NAMES)
    store.close()


def test_commands_take_it_after_two_dashes(tmp_path, name, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["new", "--", name]) == 0
    assert run(["status", "--json", "--", name]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert one_line(name) in said[0]
    assert json.loads(said[1])["photos"] == 0
    assert run(["relocate", "--", name, "nowhere"]) == 1
    assert run(["import", "--", name, "nothing"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert files(tmp_path) == {name}


def test_paths_of_a_thousand_characters_work_for_photos_and_are_refused_for_projects(tmp_path):
    deep = tmp_path.joinpath(*["d" * 99] * 10)
    deep.mkdir(parents=True)
    shutil.copy(next((ROOT / "resources" / "sample").glob("*.jpg")), deep / "a.jpg")
    store = create_project(tmp_path / "p", THREE)
    photo_import.add_photos(store, [deep])
    detection_pool.search(store, lambda done, total: None, lambda changes: None)
    assert store.queue.counts().faces == 1
    store.close()
    with pytest.raises(UserError, match=r"p is too long for a project: \d+ bytes where 400 are"):
        create_project(deep / "p", THREE)
    assert files(deep) == {"a.jpg"}
    shutil.move(tmp_path / "p", deep / "p")
    with pytest.raises(UserError, match="too long for a project"):
        open_project(deep / "p")
    (tmp_path / "short").symlink_to(deep)  # SQLite follows it
    with pytest.raises(UserError, match="too long for a project"):
        open_project(tmp_path / "short" / "p")


def test_in_the_longest_folder_everything_works(tmp_path):
    left = MAX_FOLDER_BYTES - len(os.fsencode(tmp_path))
    folder = tmp_path.joinpath("a" * 99, "b" * (left - 101))
    assert len(os.fsencode(folder)) == MAX_FOLDER_BYTES
    store = create_project(folder, THREE)
    store.back_up("upgrade")
    store.close()
    restore(folder, backups(folder)[0].file)
    open_project(folder).close()


class TestNamesThatAreTooLong:
    @pytest.mark.parametrize("name", [f"{LONG}x", "x" * 300, "data:image/png;base64," + "A" * 5000])
    def test_a_label_file_may_hold_them(self, tmp_path, name):
        store = make_project(tmp_path / "p", 1)
        rows = {
            "images": [{"id": 1, "file_name": name, "width": 9, "height": 9}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "keypoints": [1, 1, 2] * 3,
                 "num_keypoints": 3, "bbox": [0, 0, 2, 2]}
            ],
            "categories": [{"id": 1, "name": "face", "keypoints": list(THREE.names)}],
        }  # fmt: skip
        (tmp_path / "l.json").write_text(json.dumps(rows), encoding="utf-8")
        summary = import_labels(store, tmp_path / "l.json", ANN)
        assert summary.imported == 0
        assert len(summary.problems) == 1
        assert "is not a photo of this project" in str(summary.problems[0])
        store.close()
        with pytest.raises(LabelError, match=r"none of the photos that l\.json names is there"):
            load_labelled(tmp_path / "l.json")

    @pytest.mark.parametrize(
        "command",
        [
            ["new", "X"], ["status", "X"], ["restore", "X"], ["import", "X", "photos"],
            ["import", "p", "X"], ["import", "p", "X", "--as", "labels"], ["relocate", "p", "X"],
            ["export", "p", "X", "--format", "coco"], ["export", "p", "X", "--format", "pts"],
            ["new", "q", "--scheme", "X.toml"], ["restore", "p", "--from", "X"],
            ["check", "X"],
        ],
        ids="_".join,
    )  # fmt: skip
    def test_every_command_says_so(self, tmp_path, monkeypatch, capsys, command):
        monkeypatch.chdir(tmp_path)
        store = make_project(tmp_path / "p", 1)
        propose(store, [1])
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        store.close()
        words = [word.replace("X", f"{LONG}x") for word in command]
        assert run(words) == 1
        said = capsys.readouterr().err
        assert said.startswith("Error: ")
        assert LONG in said
        assert said.count("\n") == 1

    def test_photos_too(self, tmp_path):
        with pytest.raises(ImageError, match="too long"):
            read_header(tmp_path / f"{LONG}x.jpg")


class TestMadeOnAnotherSystem:
    """Photo folders of Windows are no paths here, but the project is the same."""

    DRIVE, SHARE = "C:\\Users\\a\\photos", "\\\\server\\share\\photos"

    @pytest.fixture
    def project(self, tmp_path, sample) -> Path:
        store = create_project(tmp_path / "p", THREE)
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            shutil.copy(next(sample.glob("*.jpg")), tmp_path / folder / f"{folder}.jpg")
        photo_import.add_photos(store, [tmp_path / "one", tmp_path / "two"])
        change(store, f"UPDATE root SET path = '{self.DRIVE}' WHERE id = 1")
        change(store, f"UPDATE root SET path = '{self.SHARE}' WHERE id = 2")
        store.close()
        return tmp_path / "p"

    def roots(self, project: Path) -> list[str]:
        store = open_project(project)
        try:
            return [str(root) for root in store.photos.roots().values()]
        finally:
            store.close()

    def test_missing_photo_folders_are_reported(self, project, capsys):
        assert run(["check", str(project)]) == 1
        said = capsys.readouterr().out
        assert f"the photo folder {self.DRIVE} is gone" in said
        assert f"the photo folder {self.SHARE} is gone" in said

    @pytest.mark.parametrize("drive", [DRIVE, "c:/users/A/Photos", "C:\\Users\\a\\photos\\"])
    def test_each_is_pointed_to_by_its_old_path(self, project, tmp_path, capsys, drive):
        one, two = str(tmp_path / "one"), str(tmp_path / "two")
        assert run(["relocate", str(project), one]) == 1
        said = capsys.readouterr().err
        assert f"{self.DRIVE} (not there)" in said
        assert f"{self.SHARE} (not there)" in said
        assert run(["relocate", str(project), one, "--from", "photos"]) == 1  # which one?
        assert run(["relocate", str(project), two, "--from", drive]) == 1  # others lie there
        assert "None of the photos are in" in capsys.readouterr().err
        assert self.roots(project) == [self.DRIVE, self.SHARE]
        assert run(["relocate", str(project), one, "--from", drive]) == 0
        assert self.roots(project) == [one, self.SHARE]
        assert run(["relocate", str(project), two]) == 0  # the only one that is missing
        assert self.roots(project) == [one, two]
        assert run(["check", str(project)]) == 0

    def test_photos_of_another_size_are_reported(self, project, tmp_path, capsys):
        with (tmp_path / "one" / "one.jpg").open("ab") as file:
            file.write(b"more")
        arguments = ["relocate", str(project), str(tmp_path / "one"), "--from", self.DRIVE]
        assert run(arguments) == 0
        assert "1 of the 1 looked at have another size than before" in capsys.readouterr().out

    @pytest.mark.skipif(os.name == "nt", reason="there it is a path like any other")
    def test_its_folders_have_names(self):
        assert folder_name(Path(self.DRIVE)) == "photos"
        assert folder_name(Path(self.SHARE)) == "photos"
        assert folder_name(Path("/a/C:\\b")) == "C:\\b"


def test_the_program_may_be_installed_anywhere(tmp_path):
    install = tmp_path / "50% off %(here)s" / "a?b#c;d&e" / "it's {0}" / "a\nb"
    install.mkdir(parents=True)
    for part in ("labeltool", "pipnet", "resources"):
        shutil.copytree(
            ROOT / part, install / part, ignore=shutil.ignore_patterns("__pycache__", "weights")
        )
    upgrade = (
        "import sys; from pathlib import Path; from labeltool.store import migrate; "
        "migrate.run_migrations(Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONPATH": str(install)}
    for command in (
        ["-m", "labeltool", "new", str(tmp_path / "p")],
        ["-m", "labeltool", "status", str(tmp_path / "p")],
        ["-c", upgrade, str(tmp_path / "p" / "project.sqlite")],  # Alembic reads its folder
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def test_texts_of_others_stay_on_their_line():
    assert one_line("a\nb\r\tc\x1b[31m\u2028d\u202e") == "a\\nb\\r\\tc\\x1b[31m\\u2028d\\u202e"
    assert one_line("여름 👨‍👩‍👧 \u3000é") == "여름 👨‍👩‍👧 \u3000é"
    error = UserError("{path} is wrong.", path=Path("a\nb"))
    assert str(error) == "a\\nb is wrong."
