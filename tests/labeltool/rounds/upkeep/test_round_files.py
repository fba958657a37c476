"""Rounds are named, noted, exported and deleted, by the functions and by the command line."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from sqlalchemy import select

from labeltool.cli.main import run
from labeltool.domain import RoundKind, UserError, Verdict
from labeltool.project.integrity import check
from labeltool.rounds.upkeep import round_files
from labeltool.store import Store
from labeltool.store.database.schema import PredictionRow
from tests.labeltool.rounds.conftest import ANN
from tests.projects import make_project, proposals, propose, triangle


@pytest.fixture
def two_rounds(trained):
    return trained(2)


def command(store, *words: str) -> int:
    return run(["round", words[0], str(store.folder), *words[1:]])


class TestNames:
    def test_a_name_and_a_note_are_kept_and_listed(self, two_rounds, capsys):
        store, _rounds = two_rounds
        assert command(store, "rename", "1", "  night \n shift ") == 0
        assert command(store, "note", "1", "dark photos") == 0
        capsys.readouterr()
        row = round_files.find_round(store, 1)
        assert (row.name, row.note) == ("night shift", "dark photos")
        assert run(["rounds", str(store.folder)]) == 0
        assert "night shift  dark photos" in capsys.readouterr().out
        assert command(store, "rename", "1", "") == 0
        assert command(store, "note", "1", "") == 0
        row = round_files.find_round(store, 1)
        assert (row.name, row.note) == ("", "")

    def test_what_is_wrong_is_said(self, two_rounds, capsys):
        store, _rounds = two_rounds
        assert command(store, "rename", "1", "x" * 61) == 1
        assert "has 61 letters" in capsys.readouterr().err
        assert command(store, "rename", "9", "x") == 1
        assert "There is no round 9" in capsys.readouterr().err


class TestExport:
    def test_by_the_suffix(self, two_rounds, tmp_path, capsys):
        store, _rounds = two_rounds
        folder = round_files.find_round(store, 1).folder
        (folder / "model.onnx").write_bytes(b"onnx")
        for name, source in (("a/net.safetensors", "model.safetensors"), ("b.onnx", "model.onnx")):
            assert command(store, "export", "1", str(tmp_path / name)) == 0
            assert (tmp_path / name).read_bytes() == (folder / source).read_bytes()
        assert "Wrote the network of round 1" in capsys.readouterr().out

    def test_nothing_of_the_users_is_replaced(self, two_rounds, tmp_path, capsys):
        store, _rounds = two_rounds
        mine = tmp_path / "mine.onnx"
        mine.write_bytes(b"precious")
        folder = round_files.find_round(store, 1).folder
        (folder / "model.onnx").write_bytes(b"onnx")
        assert command(store, "export", "1", str(mine)) == 1
        assert "--force replaces it" in capsys.readouterr().err
        assert mine.read_bytes() == b"precious"
        assert command(store, "export", "1", str(mine), "--force") == 0
        assert mine.read_bytes() == b"onnx"
        weights = str(folder / "model.safetensors")
        assert command(store, "export", "1", weights, "--force") == 1
        assert "is read by this command" in capsys.readouterr().err
        model = tmp_path / "old.safetensors"
        save_file({"x": np.zeros(1)}, model, {"pipnet": "{}"})
        assert command(store, "export", "1", str(model)) == 0

    def test_what_is_wrong_is_said(self, two_rounds, tmp_path, capsys):
        store, _rounds = two_rounds
        assert command(store, "export", "1", str(tmp_path / "net.pt")) == 1
        assert "End it in .safetensors" in capsys.readouterr().err
        assert command(store, "export", "1", str(tmp_path / "net.onnx")) == 1
        assert "Round 1 has no network in" in capsys.readouterr().err


class TestDelete:
    def test_it_asks_and_keeps_the_figures(self, two_rounds, capsys, monkeypatch):
        store, rounds = two_rounds
        row = round_files.find_round(store, 1)
        (row.folder / "training").mkdir()
        (row.folder / "training" / "state").write_bytes(b"x" * 1000)
        shown = [store.faces.get(face).prediction.id for face in (3, 5, 6)]
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        assert command(store, "delete", "1") == 1
        assert "It cannot be undone. [y/N]" in capsys.readouterr().out
        assert (row.folder / "model.safetensors").exists()
        assert command(store, "delete", "1", "--yes") == 0
        assert "Deleted the files of round 1" in capsys.readouterr().out
        left = {file.name for file in row.folder.iterdir()}
        assert {"spec.json", "results.json", "events.jsonl", "ledger.npz"} <= left
        assert not {"model.safetensors", "training"} & left
        assert not [name for name in left if name.startswith("predictions")]
        assert run(["rounds", str(store.folder), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)[0]["manual"] == 2
        assert [store.faces.get(face).prediction.id for face in (3, 5, 6)] == shown
        assert check(store) == [line for line in check(store) if "round 1" not in line]
        with pytest.raises(UserError, match="files of round 1 were deleted"):
            rounds.promotion.roll_back(ANN, row := round_files.find_round(store, 1))
        assert row.summary["files_deleted"]
        assert round_files.deletable_bytes(row) == 0

    def test_the_round_in_use_stays(self, two_rounds, capsys):
        store, rounds = two_rounds
        assert command(store, "delete", "2", "--yes") == 1
        assert "network of round 2 is in use" in capsys.readouterr().err
        rounds.promotion.roll_back(ANN, round_files.find_round(store, 1))
        assert command(store, "delete", "1", "--yes") == 1
        assert command(store, "delete", "2", "--yes") == 0

    def test_a_round_that_runs_or_is_started_from_stays(self, two_rounds, fake, capsys):
        store, rounds = two_rounds
        fake("hang")
        rounds.launcher.start_training(rounds.launcher.plan())
        assert command(store, "delete", "3", "--yes") == 1
        assert "Round 3 has not ended yet" in capsys.readouterr().err
        running = rounds.follower.current.folder
        spec = json.loads((running.path / "spec.json").read_text())
        first = round_files.find_round(store, 1)
        spec["weights"] = f"../{first.folder.name}/model.safetensors"
        (running.path / "spec.json").write_text(json.dumps(spec))
        assert command(store, "delete", "1", "--yes") == 1
        assert "Round 3 starts from the network of round 1" in capsys.readouterr().err
        assert (first.folder / "model.safetensors").exists()

    def test_a_round_that_was_never_promoted_takes_its_predictions_along(self, tmp_path):
        store = make_project(tmp_path / "project", 6)
        in_use = propose(store, range(1, 7))
        round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/worse", {"manual": 2})
        store.rounds.set_model(round_id, "round 2", "digest")
        store.rounds.add_predictions(round_id, proposals(range(1, 7)))
        store.rounds.finish(round_id, {"audit": {"nme": 5.0}}, visible=False)
        judged = of_round(store, round_id)[2]
        store.decisions.decide(ANN, [2], Verdict.ACCEPTED, prediction_id=judged)
        row = next(row for row in store.rounds.all() if row.id == round_id)
        assert not row.promoted
        round_files.delete(store, row)
        assert of_round(store, round_id) == {2: judged}
        assert len(of_round(store, in_use)) == 6
        assert np.array_equal(store.faces.get(2).points, triangle(2))  # still readable
        assert store.history.of_face(2)[0].model == "round 2"
        row = next(row for row in store.rounds.all() if row.id == round_id)
        assert row.summary["audit"] == {"nme": 5.0}
        store.close()


def of_round(store: Store, round_id: int) -> dict[int, int]:
    """The predictions of a round: their ids by face."""
    query = select(PredictionRow.face_id, PredictionRow.id)
    with store._database.read() as connection:
        return dict(connection.execute(query.where(PredictionRow.round_id == round_id)).all())
