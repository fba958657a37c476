"""`labeltool rounds`, `promote`, `rollback` and `adjust`: what they print, and their exit codes."""

from __future__ import annotations

import json

import pytest

from labeltool.cli.main import run
from tests.biased_network import SIX, label, offer
from tests.labeltool.rounds.conftest import train
from tests.projects import sql

AUDIT = {"faces": 20, "nme": 3.12, "nme_curve": 3.0, "fr10": 0.0, "auc10": 70.0}
WORSE = {"round": 1, "nme_change": 0.5, "low": 0.1, "high": 0.9}


@pytest.fixture
def three_rounds(trained, fake, monkeypatch):
    """A project with a round, a failed one, and one that waits for its promotion."""
    store, rounds = trained(1)
    fake("fail")
    with pytest.raises(Exception, match="on purpose"):
        train(rounds)
    fake("ok")
    monkeypatch.setenv("FAKE_RESULTS", json.dumps({"audit": AUDIT, "against": WORSE}))
    train(rounds)
    monkeypatch.setenv("FAKE_RESULTS", "{}")
    return store


def test_rounds_as_json(three_rounds, capsys):
    assert run(["rounds", str(three_rounds.folder), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == [
        {
            "number": 1, "status": "ready", "task": listed[0]["task"], "manual": 2, "pseudo": 2,
            "promoted": True, "audit": None, "against": None,
        },
        {
            "number": 2, "status": "failed", "task": listed[1]["task"], "manual": 2,
            "pseudo": listed[1]["pseudo"], "promoted": False, "audit": None, "against": None,
        },
        {
            "number": 2, "status": "ready", "task": listed[2]["task"], "manual": 2,
            "pseudo": listed[2]["pseudo"], "promoted": False, "audit": AUDIT, "against": WORSE,
        },
    ]  # fmt: skip


def test_rounds_for_people(three_rounds, capsys):
    assert run(["rounds", str(three_rounds.folder)]) == 0
    header, first, failed, last = capsys.readouterr().out.splitlines()
    assert header.split() == [
        "round",
        "status",
        "manual",
        "pseudo",
        "audit",
        "%",
        "change",
        "(95",
        "%)",
    ]
    assert first.endswith("in use")
    assert "failed" in failed
    assert "3.12" in last
    assert "+0.50 (+0.10 to +0.90)" in last
    assert last.endswith("waits: labeltool promote")


def test_a_project_without_rounds(project, capsys):
    store = project(1)
    assert run(["rounds", str(store.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["rounds", str(store.folder)]) == 0
    assert "No round was trained yet" in capsys.readouterr().out


def test_promote_and_roll_back(three_rounds, capsys):
    folder = str(three_rounds.folder)
    assert run(["promote", folder, "2"]) == 0
    assert capsys.readouterr().out == "Round 2 is in use now: its proposals are offered.\n"
    assert three_rounds.faces.get(5).prediction.model == "round 2"
    assert run(["promote", folder, "2"]) == 1
    assert "is in use already" in capsys.readouterr().err
    assert run(["rollback", folder, "1"]) == 0
    assert "The proposals of round 1 are offered again. 3 faces" in capsys.readouterr().out
    assert three_rounds.faces.get(5).prediction.model == "round 1"
    for words, error in (
        (("rollback", "1"), "is in use already"),
        (("rollback", "9"), "There is no round 9"),
        (("promote", "9"), "There is no round 9"),
        (("promote", "2"), "Round 2 was promoted before"),
    ):
        assert run([words[0], folder, words[1]]) == 1
        said = capsys.readouterr().err
        assert said.startswith("Error: ")
        assert error in said
        assert said.count("\n") == 1
    assert run(["rollback", folder, "-1"]) == 2


def test_adjust_says_what_it_is_worth_and_does_it(project, capsys):
    store = project(60, proposed=False, scheme=SIX)
    offer(store, range(1, 61))
    assert run(["adjust", str(store.folder)]) == 1
    assert "0 faces were labelled" in capsys.readouterr().err
    label(store, range(1, 31))
    before = sql(store, "SELECT * FROM state")
    assert run(["adjust", str(store.folder), "--dry-run", "--json"]) == 0
    worth = json.loads(capsys.readouterr().out)
    assert worth["helps"]
    assert worth["high"] < 0
    assert (worth["learned_from"], worth["measured"], worth["by_audit"]) == (30, 30, False)
    assert worth["after"] < worth["before"]
    assert sql(store, "SELECT * FROM state") == before
    assert run(["adjust", str(store.folder)]) == 0
    assert "The proposals of 30 faces were adjusted." in capsys.readouterr().out
    assert sql(store, "SELECT * FROM state") != before
