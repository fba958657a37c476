"""Rounds that are packed, run elsewhere by a fake worker, and brought in."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import Cancelled, Filter, RoundStatus, UserError, Verdict
from labeltool.rounds import liveness
from labeltool.rounds.controller import Rounds
from labeltool.rounds.packs import archive
from labeltool.rounds.packs.archive import CONTENTS, PACK, RESULTS, Archive, writing
from labeltool.rounds.packs.bringing_in import bring_in
from labeltool.rounds.packs.packing import pack_round
from labeltool.rounds.packs.running import PackRun
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.rounds.upkeep.round_files import delete
from labeltool.store import Store, open_project
from pipnet.data.scheme import Scheme
from tests.labeltool.rounds.conftest import ANN, THREE_LIKE_STARTER
from tests.projects import change, make_project, sql, triangle, write_photos
from tests.waiting import wait_until


@pytest.fixture
def store(project: Callable[..., Store], fake: Callable[[str], None]) -> Store:
    return six_faces(project)


def six_faces(project: Callable[..., Store]) -> Store:
    """A project of six faces with photos: two accepted, one rejected, one excluded."""
    store = project(6, scheme=THREE_LIKE_STARTER)
    write_photos(store.folder.parent / "photos", 6)
    store.decisions.decide(ANN, [1, 2], Verdict.ACCEPTED)
    store.decisions.decide(ANN, [3], Verdict.REJECTED)
    store.decisions.decide(ANN, [4], Verdict.EXCLUDED)
    return store


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """A folder of the other machine."""
    folder = tmp_path / "다른 machine"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first project that waits for results is kept, with these."""
    return tmp_path_factory.mktemp("packed") / "kept"


def ignore(_done: int, _total: int) -> None:
    pass


def no_event(_event: Event) -> None:
    pass


def pack(store: Store, file: Path) -> str:
    launcher = Rounds(store).launcher
    return str(pack_round(store, launcher, launcher.plan(), file, ignore).message)


def run(file: Path) -> Path:
    with PackRun(file) as packed:
        packed.unpack(None, ignore)
        packed.run(no_event)
        return packed.out


def take(store: Store, results: Path) -> str:
    """Bring results in and add them."""
    rounds = Rounds(store)
    bring_in(store, rounds.launcher, results, ignore)
    assert rounds.follower.attach()
    return str(rounds.wait(no_event).message)


def train_here(store: Store) -> None:
    rounds = Rounds(store)
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(no_event)


def everything(store: Store) -> list[list]:
    tables = ("state", "prediction", "entry", "round", "photo")
    return [sql(store, f"SELECT * FROM {table}") for table in tables]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def rewrite(file: Path, change_files: Callable[[dict[str, bytes]], object]) -> None:
    """Change the files of an archive, and state their hashes as if nothing had happened."""
    with zipfile.ZipFile(file) as old:
        files = {name: old.read(name) for name in old.namelist()}
    contents = json.loads(files.pop(CONTENTS))
    change_files(files)
    contents["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with zipfile.ZipFile(file, "w") as new:
        for name, data in (files | {CONTENTS: json.dumps(contents).encode()}).items():
            new.writestr(name, data)


class TestPack:
    def test_it_holds_what_a_worker_needs_and_nothing_else(self, store: Store, away: Path) -> None:
        pack(store, away / "a.zip")
        with Archive(away / "a.zip", PACK) as packed:
            assert sorted({*packed.names} - {"ledger.npz"}) == [
                "calibration.json", "faces.npz", "in-use/starter-mobilenet_v2-300w.safetensors",
                "labels.npz",
                "photos.json", *(
                    f"photos/{place:06d}.jpg" for place in (0, 1, 2, 4, 5)  # not the excluded one
                ), "spec.json", "start/starter-mobilenet_v2-300w.safetensors",
            ]  # fmt: skip
            assert packed.read("photos/000001.jpg") == b"x" * 100
            for name in ("spec.json", "photos.json"):
                assert str(store.folder.parent) not in packed.read(name).decode()

    def test_the_project_waits_for_it_and_other_rounds_go_on(
        self, store: Store, away: Path
    ) -> None:
        assert "packed in" in pack(store, away / "a.zip")
        assert store.rounds.all()[-1].status is RoundStatus.PACKED
        assert not Rounds(store).follower.attach()
        train_here(store)
        assert [row.status for row in store.rounds.all()][-2:] == [
            RoundStatus.PACKED,
            RoundStatus.READY,
        ]
        assert store.queue.counts().rounds == 1

    def test_a_photo_that_is_gone_is_left_out_and_counted(self, store: Store, away: Path) -> None:
        (store.folder.parent / "photos" / "00004.jpg").unlink()
        assert "1 photo could not be opened" in pack(store, away / "a.zip")
        with Archive(away / "a.zip", PACK) as packed:
            assert "photos/000004.jpg" not in packed.names

    def test_names_of_photos_stay_here(self, store: Store, away: Path) -> None:
        photos = store.folder.parent / "photos"
        for old, new in (("00000.jpg", "CON: a?.JPG"), ("00001.jpg", "no suffix.한글")):
            (photos / old).rename(photos / new)
            change(store, f"UPDATE photo SET path = '{new}' WHERE path = '{old}'")
        pack(store, away / "a.zip")
        with Archive(away / "a.zip", PACK) as packed:
            assert {"photos/000000.jpg", "photos/000001"} < set(packed.names)

    @pytest.mark.parametrize("after", [1, 4, 6])
    def test_a_cancel_leaves_nothing(self, store: Store, away: Path, after: int) -> None:
        before, there = everything(store), files_of(store.folder.parent)
        calls = 0

        def cancel(_done: int, _total: int) -> None:
            nonlocal calls
            calls += 1
            if calls > after:
                raise Cancelled

        launcher = Rounds(store).launcher
        with pytest.raises(Cancelled):
            pack_round(store, launcher, launcher.plan(), away / "a.zip", cancel)
        assert everything(store) == before
        assert files_of(store.folder.parent).keys() == there.keys()

    def test_a_full_disk_leaves_nothing(
        self, store: Store, away: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        before = everything(store)
        monkeypatch.setattr(archive.ArchiveWriter, "finish", full)
        with pytest.raises(UserError, match=r"a\.zip cannot be written: no space left") as caught:
            pack(store, away / "a.zip")
        assert caught.value.remedy
        assert everything(store) == before
        assert list(away.iterdir()) == []
        assert list((store.folder / "rounds").iterdir()) == []

    def test_another_file_is_not_replaced(self, store: Store, away: Path) -> None:
        (away / "a.zip").write_text("my only copy")
        with pytest.raises(UserError, match="is something else"):
            pack(store, away / "a.zip")
        assert (away / "a.zip").read_text() == "my only copy"
        assert store.rounds.all()[-1].status is RoundStatus.READY


class TestWholeWay:
    def test_it_gives_what_a_round_here_gives(self, store: Store, away: Path) -> None:
        shutil.copytree(store.folder, away / "copy")
        pack(store, away / "a.zip")
        assert run(away / "a.zip") == away / "a-results.zip"
        assert sorted(file.name for file in away.iterdir()) == ["a-results.zip", "a.zip", "copy"]
        said = take(store, away / "a-results.zip")
        assert "Round 1 trained on 2 of 2 manual labels" in said
        row = store.rounds.all()[-1]
        assert (row.number, row.status) == (1, RoundStatus.READY)
        assert store.queue.ids(Filter("offered")) == [3, 5, 6]
        assert store.faces.get(5).prediction.model == "round 1"
        assert store.check() == []
        here = open_project(away / "copy")
        train_here(here)
        for face in (3, 5, 6):
            ours, theirs = here.faces.get(face).prediction, store.faces.get(face).prediction
            assert ours.points.tolist() == theirs.points.tolist()
        here.close()

    def test_a_decision_made_meanwhile_stays(self, store: Store, away: Path) -> None:
        pack(store, away / "a.zip")
        results = run(away / "a.zip")
        store.decisions.decide(ANN, [5], Verdict.CORRECTED, points=triangle(4))
        take(store, results)
        assert store.faces.get(5).verdict is Verdict.CORRECTED
        assert store.faces.get(5).points.tolist() == triangle(4).tolist()
        assert store.queue.ids(Filter("offered")) == [3, 6]

    def test_it_keeps_its_number_and_is_the_newest_although_others_were_trained_meanwhile(
        self, store: Store, away: Path
    ) -> None:
        pack(store, away / "a.zip")
        assert Rounds(store).launcher.plan().number == 2
        train_here(store)
        assert store.faces.get(5).prediction.model == "round 2"
        assert "Round 1 trained" in take(store, run(away / "a.zip"))
        assert [row.number for row in store.rounds.all()][-2:] == [1, 2]
        assert store.faces.get(5).prediction.model == "round 1"
        assert Rounds(store).launcher.plan().number == 3

    @pytest.mark.parametrize("meanwhile", [False, True])
    def test_it_is_promoted_if_it_was_compared_with_the_round_in_use(
        self, store: Store, away: Path, meanwhile: bool
    ) -> None:
        measured = {
            "audit": {"faces": 9, "nme": 5.0, "nme_curve": 5.0, "fr10": 0.0, "auc10": 50.0},
            "against": {"round": 0, "nme_change": -1.0, "low": -1.5, "high": -0.5},
        }

        def measure(files: dict[str, bytes]) -> None:
            files["results.json"] = json.dumps(
                json.loads(files["results.json"]) | measured
            ).encode()

        pack(store, away / "a.zip")
        results = run(away / "a.zip")
        rewrite(results, measure)
        if meanwhile:
            train_here(store)
        assert ("is not promoted" in take(store, results)) is meanwhile
        assert [row.promoted for row in store.rounds.all() if "pack" in row.summary] == [
            not meanwhile
        ]

    def test_photo_problems_name_the_photos_of_this_project(
        self, store: Store, away: Path, fake: Callable[[str], None]
    ) -> None:
        fake("unreadable")
        pack(store, away / "a.zip")
        assert "2 photos could not be used" in take(store, run(away / "a.zip"))
        problems = [row[0] for row in sql(store, "SELECT problem FROM photo ORDER BY id")]
        assert [problem is not None for problem in problems] == [True, *[False] * 3, True, False]
        assert json.loads(problems[4])["values"] == {"photo": "00004.jpg"}


class TestRun:
    def test_the_device_is_chosen_there(self, store: Store, away: Path) -> None:
        pack(store, away / "a.zip")
        with PackRun(away / "a.zip", away / "deep" / "out.zip") as packed:
            packed.unpack("cuda", ignore)
            spec = packed.folder.spec()
            assert (spec["device"], spec["weights"]) == (
                "cuda",
                "start/starter-mobilenet_v2-300w.safetensors",
            )
            assert packed.folder.tables.photos()[1] == packed.folder.path / "photos/000001.jpg"
            packed.run(no_event)
        assert [file.name for file in (away / "deep").iterdir()] == ["out.zip"]

    def test_a_failure_is_told_with_the_log_and_can_be_tried_again(
        self, store: Store, away: Path, fake: Callable[[str], None]
    ) -> None:
        pack(store, away / "a.zip")
        fake("fail")
        with pytest.raises(UserError, match="It failed on purpose") as caught:
            run(away / "a.zip")
        assert "a reason in the log" in str(caught.value.remedy)
        fake("ok")
        assert "Round 1" in take(store, run(away / "a.zip"))

    def test_ctrl_c_stops_the_worker_and_the_next_run_goes_on(
        self, store: Store, away: Path, fake: Callable[[str], None]
    ) -> None:
        def interrupt(event: Event) -> None:
            if event.kind == "progress":
                raise KeyboardInterrupt

        pack(store, away / "a.zip")
        fake("hang")
        with PackRun(away / "a.zip") as packed:
            packed.unpack(None, ignore)
            with pytest.raises(Cancelled):
                packed.run(interrupt)
            assert not packed.folder.is_worker_alive()
        fake("ok")
        assert "Round 1" in take(store, run(away / "a.zip"))

    def test_damaged_files_of_an_earlier_attempt_are_unpacked_again(
        self, store: Store, away: Path
    ) -> None:
        pack(store, away / "a.zip")
        with PackRun(away / "a.zip") as packed:
            packed.unpack(None, ignore)
            (packed.folder.path / "photos/000001.jpg").write_bytes(b"cut")
            packed.unpack(None, ignore)
            assert (packed.folder.path / "photos/000001.jpg").read_bytes() == b"x" * 100

    def test_a_full_disk_is_told(
        self, store: Store, away: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        pack(store, away / "a.zip")
        monkeypatch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(UserError, match="cannot be written: no space left") as caught:
            run(away / "a.zip")
        assert "Free some space" in str(caught.value.remedy)


@pytest.fixture
def killed(
    store: Store, away: Path, fake: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[RunFolder, int]]:
    """A program that ran a pack and was killed; the id of its worker, which lives."""
    pack(store, away / "a.zip")
    fake("slow")
    code = f"""
import sys
from pathlib import Path
from labeltool.rounds import liveness
from labeltool.rounds.packs.running import PackRun
liveness.program = lambda: {liveness.program()!r}
with PackRun(Path(sys.argv[1])) as packed:
    packed.unpack(None, lambda done, total: None)
    packed.run(lambda event: print(event.kind, flush=True))
"""
    program = subprocess.Popen(
        [sys.executable, "-c", code, away / "a.zip"], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    while program.stdout.readline() != "progress\n":
        assert program.poll() is None
    with PackRun(away / "a.zip") as packed:
        folder = packed.folder
    worker = next(
        int(pid)
        for pid in os.listdir("/proc")
        if pid.isdigit() and str(folder.path).encode() in _command(pid)
    )
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    yield folder, worker
    if _command(str(worker)):
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not folder.is_worker_alive())


def _command(pid: str) -> bytes:
    try:
        return Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the worker in /proc")
class TestKilled:
    def test_the_next_run_follows_the_worker_that_lives(
        self, store: Store, away: Path, killed: tuple[RunFolder, int]
    ) -> None:
        folder, _worker = killed
        folder.stop_early()
        seen = list[str]()
        with PackRun(away / "a.zip") as packed:
            packed.unpack(None, ignore)
            packed.run(lambda event: seen.append(event.kind))
        assert seen.count("started") == 1
        assert "Round 1" in take(store, away / "a-results.zip")

    def test_the_next_run_goes_on_where_the_worker_was_killed_too(
        self, store: Store, away: Path, killed: tuple[RunFolder, int], fake: Callable[[str], None]
    ) -> None:
        folder, worker = killed
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not folder.is_worker_alive())
        with (folder.path / "events.jsonl").open("a") as file:
            file.write('{"kind": "progre')  # it was writing
        fake("ok")
        assert "Round 1" in take(store, run(away / "a.zip"))


class TestBringIn:
    @pytest.fixture
    def store(
        self, project: Callable[..., Store], fake: Callable[[str], None], opened: list[Store],
        kept: Path, away: Path, tmp_path: Path,
    ) -> Store:  # fmt: skip
        """A project that waits for the results of its round: a copy of the first one made."""
        if kept.exists():
            shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
        else:
            store = six_faces(project)
            pack(store, away / "a.zip")
            run(away / "a.zip")
            store.close()
            shutil.copytree(tmp_path, kept)
        opened.append(open_project(tmp_path / "project"))
        change(opened[-1], f"UPDATE root SET path = '{tmp_path / 'photos'}'")
        return opened[-1]

    @pytest.fixture
    def results(self, store: Store, away: Path) -> Path:
        return away / "a-results.zip"

    def refused(self, store: Store, results: Path, match: str) -> None:
        """It is refused, and nothing is changed."""
        before, files = everything(store), files_of(store.folder.parent)
        with pytest.raises(UserError, match=match) as caught:
            take(store, results)
        assert str(results) in str(caught.value.what)
        assert everything(store) == before
        assert files_of(store.folder.parent) == files

    def test_twice_is_refused(self, store: Store, results: Path) -> None:
        take(store, results)
        self.refused(store, results, "brought in already")

    def test_a_project_that_does_not_wait_any_more_refuses(
        self, store: Store, results: Path
    ) -> None:
        delete(store, store.rounds.all()[-1])
        assert store.rounds.all()[-1].status is RoundStatus.CANCELLED
        self.refused(store, results, "was deleted")

    def test_results_that_could_not_be_added_may_come_again(
        self, store: Store, results: Path
    ) -> None:
        rounds = Rounds(store)
        bring_in(store, rounds.launcher, results, ignore)
        assert rounds.follower.attach()
        rounds.ingest.end(Event("cancelled"))
        train_here(store)
        assert "Round 2 trained" in take(store, results)

    def test_another_project_refuses(self, results: Path, away: Path) -> None:
        other = make_project(away / "project", 6)
        self.refused(other, results, "did not pack")
        other.close()

    def test_while_a_round_runs_it_is_refused(
        self, store: Store, results: Path, fake: Callable[[str], None]
    ) -> None:
        fake("hang")
        rounds = Rounds(store)
        rounds.launcher.start_training(rounds.launcher.plan())
        with pytest.raises(UserError, match="running in this project already"):
            bring_in(store, rounds.launcher, results, ignore)
        rounds.follower.cancel()
        with pytest.raises(Cancelled):
            rounds.wait(no_event)
        assert "Round 1" in take(store, results)

    def test_a_cancel_changes_nothing(self, store: Store, results: Path) -> None:
        def cancel(done: int, _total: int) -> None:
            if done == 2:
                raise Cancelled

        before, files = everything(store), files_of(store.folder)
        with pytest.raises(Cancelled):
            bring_in(store, Rounds(store).launcher, results, cancel)
        assert everything(store) == before
        assert files_of(store.folder) == files
        assert "Round 1" in take(store, results)

    def test_a_program_killed_before_it_added_them_left_them_to_the_next(
        self, store: Store, results: Path
    ) -> None:
        bring_in(store, Rounds(store).launcher, results, ignore)
        rounds = Rounds(store)
        assert rounds.follower.attach()
        assert "Round 1" in str(rounds.wait(no_event).message)

    @pytest.mark.parametrize(
        "name", ["model.safetensors", "results.json", "predictions-00000.npz", "events.jsonl"]
    )
    def test_a_changed_byte_is_refused(self, store: Store, results: Path, name: str) -> None:
        with zipfile.ZipFile(results) as old:
            entry = old.getinfo(name)
            content = old.read(name)
        data = bytearray(results.read_bytes())
        place = data.index(content, entry.header_offset) + len(content) // 2
        data[place] ^= 1
        results.write_bytes(data)
        self.refused(store, results, f"is damaged: {name}")

    @pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "spec.json", "lock", "a\\b"])
    def test_a_name_that_is_no_result_is_refused(
        self, store: Store, results: Path, name: str
    ) -> None:
        rewrite(results, lambda files: files.update({name: b"evil"}))
        self.refused(store, results, "is damaged")

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("results.json", b'{"chunks": ["predictions-00009.npz"], "digest": ""}'),
            ("results.json", b'{"chunks": ["../../x.npz"], "digest": ""}'),
            ("results.json", b"[]"),
            ("results.json", b'{"chunks": [], "digest": "", "against": {"round": 0}}'),
            ("results.json", b"{"),
            ("model.safetensors", b"\x80\x04."),  # a pickle
            ("predictions-00000.npz", b"PK\x03\x04"),
            ("events.jsonl", b'{"kind": "started"}\n'),
            ("events.jsonl", b'{"kind": "failed"}\n{"kind": "finished"}\n'),
            ("events.jsonl", b"{}\n"),
            ("model.calibration.json", b'{"pipnet_calibration": 1}'),
            ("problems.json", b'[[77, {"template": "x", "values": {}}]]'),
            ("problems.json", b'[[0, {"template": "{a.__class__}", "values": {"b": 1}}]]'),
        ],
    )
    def test_results_that_make_no_sense_are_refused(
        self, store: Store, results: Path, name: str, content: bytes
    ) -> None:
        rewrite(results, lambda files: files.update({name: content}))
        self.refused(store, results, "does not hold the results")

    @pytest.mark.parametrize(
        "altered",
        [
            lambda columns: {"faces": columns["faces"] + 100},
            lambda columns: {"errors": columns["points"][..., 0], "error": -columns["score"]},
            lambda columns: {"errors": columns["scores"][:, 1:], "error": columns["score"]},
        ],
    )
    def test_predictions_of_other_faces_or_with_odd_errors_are_refused(
        self, store: Store, results: Path, altered: Callable[[dict], dict]
    ) -> None:
        def others(files: dict[str, bytes]) -> None:
            with np.load(io.BytesIO(files["predictions-00000.npz"])) as data:
                columns = dict(data)
            columns |= altered(columns)
            out = io.BytesIO()
            np.savez(out, **columns)
            files["predictions-00000.npz"] = out.getvalue()

        rewrite(results, others)
        self.refused(store, results, "does not hold the results")

    def test_a_pack_is_no_result_and_the_other_way_round(
        self, store: Store, away: Path, results: Path
    ) -> None:
        self.refused(store, away / "a.zip", "does not hold the results")
        with pytest.raises(UserError, match="is not a packed round"):
            PackRun(results)


class TestArchive:
    @pytest.mark.parametrize("how", ["gone", "folder", "empty", "text", "cut", "plain zip"])
    def test_what_is_no_archive_is_refused_by_name(
        self, store: Store, away: Path, how: str
    ) -> None:
        file = away / "a.zip"
        pack(store, file)
        whole = file.read_bytes()
        file.unlink()
        if how == "folder":
            file.mkdir()
        elif how == "plain zip":
            with zipfile.ZipFile(file, "w") as other:
                other.writestr("x", "y")
        elif how != "gone":
            file.write_bytes({"empty": b"", "text": b"no zip", "cut": whole[:-100]}[how])
        with pytest.raises(UserError, match=r"a\.zip (is not a packed round|cannot be read)"):
            PackRun(file)

    def test_one_of_a_newer_version_is_told(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(archive, "FORMAT", 2)
        with writing(tmp_path / "a.zip", PACK) as writer:
            writer.finish({})
        monkeypatch.undo()
        with pytest.raises(UserError, match="newer version"):
            Archive(tmp_path / "a.zip", PACK)

    def test_nothing_compressed_is_unpacked(self, tmp_path: Path) -> None:
        """A small file cannot fill a disk."""
        contents = {"kind": PACK.name, "format": 1, "about": {}, "files": {"bomb": "0"}}
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr("bomb", bytes(1_000_000))
            bomb.writestr(CONTENTS, json.dumps(contents), zipfile.ZIP_STORED)
        with pytest.raises(UserError, match="is damaged"):
            Archive(tmp_path / "a.zip", PACK)

    @pytest.mark.parametrize(
        "name", ["../../evil", "/tmp/evil", "photos/../evil", "photos/", "start/a/b", "x"]
    )
    def test_a_pack_never_writes_outside_its_folder(
        self, store: Store, away: Path, name: str
    ) -> None:
        pack(store, away / "a.zip")
        rewrite(away / "a.zip", lambda files: files.update({name: b"evil"}))
        with pytest.raises(UserError, match="is damaged"):
            run(away / "a.zip")
        assert not list(away.parent.rglob("evil"))

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("photos.json", b'[[0, "../../../etc/passwd", 1, 1]]'),
            ("photos.json", b'[[1, "000001.jpg", 1, 1]]'),
            ("photos.json", b"[[]]"),
            ("spec.json", b"[]"),
            ("spec.json", b'"text"'),
        ],
    )
    def test_no_path_of_a_pack_is_used(
        self, store: Store, away: Path, name: str, content: bytes
    ) -> None:
        pack(store, away / "a.zip")
        rewrite(away / "a.zip", lambda files: files.update({name: content}))
        with pytest.raises(UserError, match="is not a packed round"):
            run(away / "a.zip")

    @pytest.mark.slow
    def test_it_holds_more_files_than_a_small_zip_can(self, tmp_path: Path) -> None:
        with writing(tmp_path / "a.zip", RESULTS) as writer:
            for number in range(70_000):
                writer.add(f"{number:06d}.jpg", io.BytesIO(b"x"))
            writer.finish({})
        with Archive(tmp_path / "a.zip", RESULTS) as read:
            assert len(read.names) == 70_000
            assert read.read("069999.jpg") == b"x"


def test_a_round_that_was_packed_before_the_landmarks_changed_is_taken_in_as_its_own(
    store: Store, away: Path
) -> None:
    pack(store, away / "a.zip")
    store.schemes.change(ANN, Scheme("mine", ("nose", "left")), [2, 0])
    store.schemes.follow()
    take(store, run(away / "a.zip"))
    face = store.faces.get(5)
    assert face is not None
    assert face.prediction is not None
    assert face.prediction.model == "round 1"
    assert face.prediction.points.shape == (2, 2)
    store.undo.undo(ANN)
    store.schemes.follow()
    face = store.faces.get(5)
    assert face is not None
    assert face.prediction is not None
    assert np.isfinite(face.prediction.points).all()
    assert len(face.prediction.points) == 3
