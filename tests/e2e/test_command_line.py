"""Import, prediction, training and export from the command line with real workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from labeltool.domain import Verdict
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import open_project
from pipnet.data.images import find_photos
from tests.commands import labeltool, labeltool_process, status
from tests.projects import change, make_project, propose, verdicts, write_photos
from tests.waiting import WAIT_SECONDS, wait_until

KEYS = [
    "photos", "faces", "proposed", "accepted", "corrected", "rejected", "excluded", "rounds",
    "schema",
]  # fmt: skip


@pytest.mark.slow
def test_the_main_job(sample: Path, tmp_path: Path):
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for photo in find_photos(sample)[0][:6]:
        shutil.copy(photo, photos)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "phone.jxl").write_bytes(b"x")

    assert labeltool_process("new", project).returncode == 0
    imported = labeltool_process("import", project, photos)
    assert imported.returncode == 0
    assert "empty.jpg is empty" in imported.stderr
    assert "phone.jxl" in imported.stderr
    counts = status(project)
    assert list(counts) == KEYS
    assert counts["photos"] == 7
    assert counts["faces"] >= 6
    again = labeltool("import", project, photos)
    assert "0 new photos" in again.stdout
    assert status(project) == counts

    assert labeltool_process("predict", project).returncode == 0
    assert status(project)["proposed"] == counts["faces"]

    dry = labeltool("accept", project, "--min-score", "0.7", "--dry-run")
    would = int(dry.stdout)
    assert 0 < would < counts["faces"]
    assert status(project)["accepted"] == 0
    assert int(labeltool("accept", project, "--min-score", "0.7").stdout) == would
    assert status(project)["accepted"] == would
    rejected = int(labeltool("reject", project, "--max-score", "0.69").stdout)
    assert status(project)["rejected"] == rejected

    trained = labeltool_process("train", project, "--epochs", "1", "--device", "cpu")
    assert trained.returncode == 0, trained.stderr
    assert "Round 1 trains on" in trained.stderr
    after = status(project)
    assert after["rounds"] == 1
    assert after["accepted"] == would
    assert after["proposed"] == counts["faces"] - would

    for out, kind in ((tmp_path / "out.json", "coco"), (tmp_path / "out", "pts")):
        assert labeltool("export", project, out, "--format", kind).returncode == 0
    coco = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert len(coco["annotations"]) == would
    assert len(list((tmp_path / "out").rglob("*.pts"))) == would
    inside = labeltool_process("export", project, photos, "--format", "pts")
    assert inside.returncode == 1
    assert "photo folder" in inside.stderr

    once_more = labeltool("import", project, tmp_path / "out.json", "--as", "labels")
    assert f"skipped {would} because" in once_more.stdout
    assert status(project) == after
    assert labeltool("check", project).stdout == "Everything is in order.\n"

    photos.rename(tmp_path / "elsewhere")
    assert labeltool_process("check", project).returncode == 1
    assert labeltool("relocate", project, tmp_path / "elsewhere").returncode == 0
    assert labeltool("check", project).returncode == 0


def test_a_user_error_is_one_sentence_and_exit_code_1(tmp_path: Path):
    for run, *words in (
        (labeltool_process, "status", tmp_path),
        (labeltool, "train", tmp_path / "nothing"),
        (labeltool, "new", tmp_path / "p", "--scheme", "nonsense"),
    ):
        out = run(*words)
        assert out.returncode == 1
        assert out.stderr.startswith("Error: ")
        assert out.stderr.count("\n") == 1
    labeltool("new", tmp_path / "p")
    assert "already holds a project" in labeltool("new", tmp_path / "p").stderr
    for words, what in (
        (("train", tmp_path / "p"), "no manual label"),
        (("predict", tmp_path / "p"), "no faces"),
        (("export", tmp_path / "p", tmp_path / "o", "--format", "coco"), "nothing to export"),
        (("import", tmp_path / "p", tmp_path / "none"), "no file or folder"),
        (("accept", tmp_path / "p", "--min-score", "0.5"), "No unreviewed face"),
    ):
        out = labeltool(*words)
        assert out.returncode == 1
        assert what in out.stderr


def test_a_command_that_achieved_nothing_fails(tmp_path: Path):
    project, photos = tmp_path / "p", tmp_path / "photos"
    store = make_project(project, 2)
    propose(store, [1, 2], 0.5)
    store.close()
    photos.mkdir()
    (photos / "phone.jxl").write_bytes(b"x")
    labels = tmp_path / "labels.json"
    labels.write_text(
        '{"images": [{"id": 1, "file_name": "x.jpg"}], "annotations": [], "categories": '
        '[{"id": 1, "name": "face", "keypoints": ["left", "right", "nose"]}]}'
    )
    for words, what in (
        (("import", project, photos), "No photo was imported."),
        (("import", project, labels, "--as", "labels"), "There was nothing to use in labels.json."),
        (("accept", project, "--min-score", "0.9"), "No unreviewed face has such a score"),
        (("reject", project, "--max-score", "0.1"), "No unreviewed face has such a score"),
    ):
        out = labeltool(*words)
        assert out.returncode == 1, words
        assert what in out.stderr
    dry = labeltool("accept", project, "--min-score", "0.9", "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "0\n")


@pytest.fixture
def project(sample: Path, tmp_path: Path) -> Path:
    """A project of three pictures, in folders of Korean and emoji names, not yet predicted."""
    photos, project = tmp_path / "사진 😀", tmp_path / "프로젝트 😀"
    photos.mkdir()
    for number, photo in enumerate(find_photos(sample)[0][-3:]):
        shutil.copy(photo, photos / f"얼굴 {number} 😀.jpg")
    assert labeltool("new", project).returncode == 0
    assert labeltool_process("import", project, photos, LC_ALL="C").returncode == 0
    return project


def test_an_import_names_its_own_unreadable_photos_and_counts_earlier_ones(
    sample: Path, tmp_path: Path
):
    project, first, second = tmp_path / "p", tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "empty.jpg").write_bytes(b"")
    shutil.copy(sample / "portrait-0001.jpg", second)
    assert labeltool("new", project).returncode == 0
    out = labeltool("import", project, first)
    assert "1 new photo, 0 known; the project has 1 photo and 0 faces." in out.stdout
    assert f"not usable: {first / 'empty.jpg'} is empty" in out.stderr
    out = labeltool("import", project, second)
    assert "2 new photos" in out.stdout
    assert "and 1 face." in out.stdout
    assert f"not usable: {second / 'empty.jpg'} is empty" in out.stderr
    assert str(first) not in out.stderr
    assert "1 photo was not usable before" in out.stderr
    assert f"not usable: {first / 'empty.jpg'}" in labeltool("import", project, first).stderr


@pytest.mark.slow
def test_unreadable_photos_are_skipped_and_named_and_used_after_a_repair(project: Path):
    photos = project.parent / "사진 😀"
    files = sorted(photos.iterdir())
    whole = [file.read_bytes() for file in files]
    files[0].write_bytes(whole[0][:5000])
    files[1].unlink()
    out = labeltool("predict", project)
    assert out.returncode == 0, out.stderr
    assert f"not used: {files[0]} is truncated" in out.stderr
    assert f"not used: {files[1]} could not be opened" in out.stderr
    assert "2 photos could not be used" in out.stdout
    faces = status(project)["faces"]
    assert 0 < status(project)["proposed"] < faces
    check = labeltool("check", project)
    assert check.returncode == 1
    assert "2 problems were found" in check.stderr
    assert str(files[0]) in check.stdout
    out = labeltool("predict", project)
    assert out.returncode == 1, "nothing of what was asked could be done"
    assert "None of the photos with faces can be used" in out.stderr
    assert "Traceback" not in out.stderr
    assert "log" not in out.stderr.splitlines()[-1]

    store = open_project(project)
    store.decisions.decide("ann", [row[0] for row in store.faces.boxes()], Verdict.EXCLUDED)
    store.undo.undo("ann")
    proposed = [row[0] for row in store.faces.boxes() if row[5]]
    store.decisions.decide("ann", proposed, Verdict.ACCEPTED)
    store.close()
    with Image.open(files[2]) as image:
        image.resize((image.width // 2, image.height // 2)).save(files[2])
    out = labeltool("train", project, "--epochs", "1", "--device", "cpu")
    assert out.returncode == 1
    assert "None of the labelled photos can be used" in out.stderr
    assert "pixels now and was" in out.stderr
    assert "Traceback" not in out.stderr
    for file, content in zip(files, whole, strict=True):
        file.write_bytes(content)
    check = labeltool("check", project)
    assert check.returncode == 0, check.stdout
    assert f"{files[2]} can be used again" in check.stdout
    out = labeltool("predict", project)
    assert out.returncode == 0, out.stderr
    assert "not used" not in out.stderr
    unpredicted = open_project(project)
    assert unpredicted.faces.count_unpredicted() == 0
    assert unpredicted.photos.problems() == []
    unpredicted.close()


INTERRUPTIBLE = """
import signal
from labeltool.__main__ import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
main()
"""
"""The command line, which hears an interrupt also where the tests run in the background."""


def follow(*words: object) -> subprocess.Popen[str]:
    """Start a command and return once its worker works."""
    command = [sys.executable, "-c", INTERRUPTIBLE, *map(str, words)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    rounds = Path(str(words[1])) / "rounds"
    known = {file.parent for file in rounds.glob("*/results.json")}

    def works() -> bool:
        assert process.poll() is None, process.communicate()
        return any(file.parent not in known for file in rounds.glob("*/events.jsonl"))

    wait_until(works)
    return process


@pytest.mark.slow
def test_a_killed_command_loses_nothing_of_its_round(project: Path):
    with follow("predict", project) as killed:
        killed.kill()
    (round_folder,) = (project / "rounds").iterdir()
    wait_until((round_folder / "results.json").exists, 240)
    wait_until(lambda: not RunFolder(round_folder).is_worker_alive())
    again = labeltool("predict", project)
    assert "Taking in a round that ended meanwhile" in again.stderr
    counts = status(project)
    assert counts["proposed"] == counts["faces"] > 0
    assert labeltool("check", project).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends the interrupt of a terminal")
def test_ctrl_c_cancels_the_round_and_the_next_one_can_start(project: Path):
    labeltool("predict", project)
    labeltool("accept", project, "--min-score", "0.5")
    before = status(project)
    assert before["accepted"] > 0
    with follow("train", project, "--epochs", "1000", "--device", "cpu") as training:
        training.send_signal(signal.SIGINT)
        _out, said = training.communicate(timeout=WAIT_SECONDS)
    assert training.returncode == 1
    assert said.rstrip().endswith("Cancelled; what was done is kept.")
    assert not any(RunFolder(folder).is_worker_alive() for folder in (project / "rounds").iterdir())
    assert status(project) == before
    plain = labeltool("status", project)
    assert "train 1 cancelled" in plain.stdout
    trained = labeltool("train", project, "--epochs", "1", "--device", "cpu")
    assert trained.returncode == 0, trained.stderr
    assert status(project) == before | {
        "rounds": 1, "proposed": before["faces"] - before["accepted"],
    }  # fmt: skip


INTERRUPTED_IMPORT = """
import os, signal
from labeltool.__main__ import main
from labeltool.exchange import detection_pool

detection_pool.SAVE_SECONDS = 0.0
search = detection_pool.search

def interrupted(store, progress, changed):
    def found(changes):
        changed(changes)
        os.killpg(0, signal.SIGINT)
    return search(store, progress, found)

detection_pool.search = interrupted
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
main()
"""
"""The command line, with a terminal's interrupt as soon as the first photo is searched."""


@pytest.mark.skipif(os.name != "posix", reason="sends the interrupt of a terminal")
def test_ctrl_c_during_an_import_keeps_found_faces_and_reports_no_photo(tmp_path: Path):
    project, photos = tmp_path / "p", tmp_path / "photos"
    photos.mkdir()
    image = Image.effect_noise((1500, 1500), 50)
    for number in range(12):
        image.save(photos / f"{number:02d}.jpg")
    labeltool("new", project)
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, "import", str(project), str(photos)]
    store = open_project(project)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as importing:
        _out, said = importing.communicate(timeout=WAIT_SECONDS)
    counts = store.queue.counts()
    assert importing.returncode == 1
    assert said.rstrip().endswith("Cancelled.")
    assert "Traceback" not in said
    assert 0 < counts.waiting < counts.photos == 12
    assert counts.problems == 0
    store.close()
    again = labeltool("import", project, photos)
    assert "0 new photos, 12 known" in again.stdout
    assert labeltool("check", project).returncode == 0


def test_a_project_of_another_scheme_starts_from_boxes_and_the_mean_face(tmp_path: Path):
    project, photos = tmp_path / "p", tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (90, 80)).save(photos / "a.png")
    assert labeltool("new", project, "--scheme", "3").returncode == 0
    assert labeltool("import", project, photos).returncode == 0
    store = open_project(project)
    store.faces.add([(1, (10.0, 10.0, 50.0, 50.0), "hand")])
    store.close()
    predicted = labeltool("predict", project)
    assert predicted.returncode == 0
    assert "1 face got the mean face" in predicted.stdout
    assert "starter" not in predicted.stdout
    assert status(project)["proposed"] == 1
    assert labeltool("accept", project, "--min-score", "0").stdout == "1\n"
    out = tmp_path / "elsewhere" / "labels.json"
    assert labeltool("export", project, out, "--format", "coco").returncode == 0
    other = tmp_path / "other"
    labeltool("new", other, "--scheme", "3")
    taken = labeltool("import", other, out, "--as", "labels")
    assert taken.returncode == 1
    assert "a.png is not" in taken.stderr
    assert status(other)["photos"] == 0
    labeltool("import", other, photos)
    assert labeltool("import", other, out, "--as", "proposals").returncode == 0
    assert status(other)["proposed"] == 1
    assert labeltool("import", other, out, "--as", "labels").returncode == 0
    assert status(other)["accepted"] == 1


def test_check_reports_and_repairs_a_damaged_state(tmp_path: Path):
    store = make_project(tmp_path / "p", 3)
    store.decisions.decide("ann", [1], Verdict.EXCLUDED)
    change(store, "UPDATE state SET verdict = 'accepted'")
    store.close()
    write_photos(tmp_path / "photos", 3)
    found = labeltool("check", tmp_path / "p")
    assert found.returncode == 1
    assert "3 faces differ from the log" in found.stdout
    assert found.stderr.endswith("Error: 1 problem was found. See the lines above.\n")
    assert labeltool("check", tmp_path / "p", "--repair").returncode == 0
    assert labeltool("check", tmp_path / "p").stdout == "Everything is in order.\n"
    assert status(tmp_path / "p")["excluded"] == 1


def test_a_command_works_while_a_window_has_the_project_open(tmp_path: Path):
    store = make_project(tmp_path / "p", 3)
    propose(store, [1, 2, 3], [0.2, 0.6, 0.9])
    watch = store.detect_changes()
    before = watch.data_version()
    assert labeltool_process("accept", tmp_path / "p", "--min-score", "0.5").stdout == "2\n"
    assert watch.data_version() != before
    assert verdicts(store) == [Verdict.UNREVIEWED, Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert labeltool_process("reject", tmp_path / "p", "--max-score", "0.3").stdout == "1\n"
    assert verdicts(store)[0] is Verdict.REJECTED
    store.close()


def test_the_doctor_lists_what_it_checked(tmp_path: Path):
    out = labeltool_process("doctor", tmp_path)
    assert out.returncode in (0, 1)
    for name in ("Python", "Display", "PyTorch", "Face detector", "Starter weights", "disk"):
        assert name in out.stdout
    assert out.returncode == ("missing  " in out.stdout)
    assert "Traceback" not in out.stderr


def test_wrong_usage_is_exit_code_2(tmp_path: Path):
    for run, *words in (
        (labeltool_process, "accept", tmp_path),
        (labeltool, "accept", tmp_path, "--min-score", "7"),
        (labeltool, "export", tmp_path, tmp_path, "--format", "docx"),
        (labeltool, "status"),
        (labeltool_process, "worker", tmp_path),
    ):
        assert run(*words).returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="displays are an X11 and Wayland matter")
@pytest.mark.parametrize("display", ["", ":977"])
def test_without_a_display_the_window_command_prints_one_line_and_exits_with_2(
    tmp_path: Path, display: str
):
    out = labeltool_process(tmp_path, DISPLAY=display, WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert out.returncode == 2
    assert out.stderr.count("\n") == 1
    assert "display" in out.stderr.lower()


def coco_file(file: Path, photos: dict[str, tuple[int, int]], name: str = "nose") -> Path:
    """A COCO file of one landmark that states a size for each photo."""
    data = {
        "images": [
            {"id": number, "file_name": photo, "width": width, "height": height}
            for number, (photo, (width, height)) in enumerate(photos.items())
        ],
        "categories": [{"id": 1, "name": "face", "keypoints": ["left", "right", name]}],
        "annotations": [
            {
                "id": number, "image_id": number, "category_id": 1,
                "keypoints": [10, 10, 2, 40, 12, 2, 25, 40, 2],
            }
            for number in range(len(photos))
        ],
    }  # fmt: skip
    file.write_text(json.dumps(data))
    return file


def test_labels_are_looked_at_before_their_import_and_mapped(tmp_path: Path):
    project = tmp_path / "p"
    make_project(project).close()
    Image.new("RGB", (60, 50), "grey").save(tmp_path / "a.jpg")
    other = coco_file(tmp_path / "other.json", {"a.jpg": (60, 50), "gone.jpg": (9, 9)}, "tail")

    def imported(*options: str) -> subprocess.CompletedProcess[str]:
        return labeltool("import", project, other, "--as", "labels", *options)

    refused = imported()
    assert (refused.returncode, "--map" in refused.stderr) == (1, True)
    said = json.loads(imported("--dry-run", "--json").stdout)
    assert (said["format"], said["mapping"], said["imported"]) == ("coco", None, 0)
    assert said["photos_missing"] == ["gone.jpg is not a photo of this project"]
    by_name = imported("--dry-run", "--map", "names", "--shift", "-1", "-1")
    assert by_name.returncode == 0, by_name.stderr
    assert "Matching: by name; 1 of the 3 landmarks of three have no source" in by_name.stdout
    assert "Import: 1 face: 0 of the project, 1 new" in by_name.stdout
    assert status(project)["faces"] == 0
    (tmp_path / "map.json").write_text('{"landmarks": {"left": "right", "nose": 2}}')
    taken = imported("--map", str(tmp_path / "map.json"), "--shift", "2", "0")
    assert (taken.returncode, status(project)["corrected"]) == (0, 1), taken.stderr
    wrong = imported("--map", "wflw-300w")
    assert (wrong.returncode, "makes 68 landmarks from 98" in wrong.stderr) == (1, True)
    for options in (("--as", "photos", "--dry-run"), ("--json",), ("--as", "photos", "--map", "x")):
        assert imported(*options).returncode == 2


def test_the_photos_of_a_label_file_are_imported_without_its_labels(tmp_path: Path):
    make_project(tmp_path / "p").close()
    Image.new("RGB", (60, 50), "grey").save(tmp_path / "a.jpg")
    Image.new("RGB", (60, 50), "grey").save(tmp_path / "b.jpg")
    file = coco_file(tmp_path / "l.json", {"a.jpg": (60, 50), "gone.jpg": (9, 9)})
    out = labeltool("import", tmp_path / "p", file)
    assert "1 new photo, 0 known" in out.stdout
    assert "not used: gone.jpg" in out.stderr


def test_labels_of_another_image_size_are_not_imported(tmp_path: Path):
    make_project(tmp_path / "p").close()
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (60, 50), "grey").save(tmp_path / "phone.jpg", exif=exif)

    def imported(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return labeltool("import", tmp_path / "p", file, "--as", "labels", *options)

    raw = coco_file(tmp_path / "raw.json", {"phone.jpg": (60, 50)})
    refused = imported(raw)
    assert refused.returncode == 1
    assert "phone.jpg is 50 x 60 here, but raw.json labelled it at 60 x 50" in refused.stderr
    assert "import it with --turn" in refused.stderr
    assert "Error: There was nothing to use in raw.json." in refused.stderr
    turned = imported(raw, "--turn")
    assert (turned.returncode, status(tmp_path / "p")["corrected"]) == (0, 1)
    again = imported(raw, "--turn")
    assert (again.returncode, "skipped 1 because" in again.stdout) == (0, True)

    gone = imported(coco_file(tmp_path / "gone.JSON", {"gone.jpg": (60, 50)}))
    assert gone.returncode == 1
    assert "not used: gone.jpg is not a photo of this project" in gone.stderr
    other = imported(coco_file(tmp_path / "other.json", {"phone.jpg": (50, 60)}, "nose_tip"))
    assert other.returncode == 1
    assert "Only in the file: nose_tip. Only in the scheme: nose." in other.stderr
    several = imported(tmp_path)
    assert several.returncode == 1
    assert "holds several .json files" in several.stderr
    assert labeltool("import", tmp_path / "p", raw, "--turn").returncode == 2
    assert status(tmp_path / "p")["faces"] == 1
