"""`labeltool audit`: it draws faces to measure by, and says what is left to do."""

from __future__ import annotations

from labeltool.domain import Verdict
from tests.commands import labeltool
from tests.projects import change, sql


def test_without_any_it_says_how_to_draw_some(project):
    store = project(3)
    said = labeltool("audit", store.folder)
    assert said.returncode == 0
    assert said.stdout == "There are no faces to measure by.\n"
    assert "quality of a round is unknown" in said.stderr
    assert "--faces 20" in said.stderr


def test_it_draws_and_says_what_to_do_with_them(project):
    store = project(50)
    said = labeltool("audit", store.folder, "--faces", 20)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == [
        "20 faces to measure by were drawn.",
        "20 faces to measure by, grouped by photo: 0 judged, 20 wait for a judgement.",
    ]
    assert "unknown" in said.stderr
    assert "'Faces to measure by'" in said.stderr
    assert sql(store, "SELECT count(*) FROM audit") == [(20,)]


def test_more_are_added_up_to_the_number(project):
    store = project(50)
    labeltool("audit", store.folder, "--faces", 5)
    first = store.audit.get().usable
    store.decisions.decide("ann", first[:2], Verdict.ACCEPTED)
    store.decisions.decide("ann", first[2:3], Verdict.EXCLUDED)
    said = labeltool("audit", store.folder, "--faces", 8)
    assert "4 faces to measure by were drawn." in said.stdout
    assert "8 faces to measure by, grouped by photo: 2 judged, 6 wait" in said.stdout
    assert "unknown" not in said.stderr
    assert "1 more cannot measure" in said.stderr
    again = labeltool("audit", store.folder, "--faces", 8)
    assert "drawn" not in again.stdout
    assert labeltool("audit", store.folder).stdout == again.stdout


def test_once_all_are_judged_nothing_is_left_to_say(project):
    store = project(9)
    labeltool("audit", store.folder, "--faces", 2)
    store.decisions.decide("ann", store.audit.get().usable, Verdict.ACCEPTED)
    said = labeltool("audit", store.folder)
    assert (
        said.stdout
        == "2 faces to measure by, grouped by photo: 2 judged, 0 wait for a judgement.\n"
    )
    assert said.stderr == ""


def test_a_pattern_groups_by_name(project):
    store = project(20)
    said = labeltool("audit", store.folder, "--faces", 3, "--group", r"(\d{4})\d\.jpg")
    assert said.returncode == 0, said.stderr
    assert r"grouped by the pattern '(\d{4})\d\.jpg'" in said.stdout


def test_what_cannot_be_drawn_is_refused(project):
    store = project(10)
    for words, reason in (
        (("--faces", 10), "There is no leak-free split with 10 faces"),
        (("--faces", 2, "--group", "folder"), "There is no leak-free split"),
        (("--faces", 2, "--group", "("), "'(' is not a regular expression"),
        (("--faces", 2, "--group", "nobody"), "'nobody' matches no photo"),
    ):
        said = labeltool("audit", store.folder, *words)
        assert said.returncode == 1
        assert f"Error: {reason}" in said.stderr
        assert store.audit.get().faces == ()
    assert labeltool("audit", store.folder, "--faces", 0).returncode == 2
    assert labeltool("audit", store.folder, "--group", "photo").returncode == 2


def test_another_rule_is_refused(project):
    store = project(10)
    labeltool("audit", store.folder, "--faces", 2)
    said = labeltool("audit", store.folder, "--faces", 4, "--group", "folder")
    assert said.returncode == 1
    assert "grouped by 'photo' in this project, not by 'folder'" in said.stderr


def test_the_plan_of_a_round_says_that_its_quality_is_unknown(project):
    from labeltool.rounds.controller import Rounds

    store = project(6)
    store.decisions.decide("ann", [1, 2, 3], Verdict.ACCEPTED)
    change(store, "INSERT INTO audit VALUES (4, 'photo', 1, 'ann', '')")
    plan = Rounds(store).launcher.plan()
    assert (plan.manual, plan.pseudo_available) == (3, 2)
    assert "quality will be unknown" in str(plan.describe())
    store.decisions.decide("ann", [4], Verdict.ACCEPTED)
    plan = Rounds(store).launcher.plan()
    assert (plan.manual, plan.pseudo_available, plan.audit) == (3, 2, 1)
    assert "unknown" not in str(plan.describe())
