"""Faces to measure by in the window: asked for before the first round, drawn, and listed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import Filter, RoundKind, Verdict
from labeltool.gui.dialogs.audit_faces import AuditFacesDialog
from labeltool.gui.dialogs.start_round import StartRoundDialog
from labeltool.gui.panels.filter_tree import FilterTree
from labeltool.store import open_project


@pytest.fixture
def forty(tmp_path: Path, filled_project) -> Path:
    """A project of forty faces, more accepted than are drawn."""
    folder = filled_project(tmp_path, 40)
    store = open_project(folder)
    store.decisions.decide("ann", range(1, 25), Verdict.ACCEPTED)
    # random pixels look alike to a hash of few cells
    rng = np.random.default_rng(0)
    store.audit.save_fingerprints(
        {photo: int(rng.integers(-(2**63), 2**63)) for photo in range(1, 41)}
    )
    store.close()
    return folder


@pytest.fixture
def asked(monkeypatch):
    """Which dialogs were opened; `answer` is given to the question for faces to measure by."""

    class Asked(list):
        answer = 1

    seen = Asked()

    def audit(dialog: AuditFacesDialog) -> int:
        seen.append(dialog)
        return seen.answer

    def start(dialog: StartRoundDialog) -> int:
        seen.append(dialog)
        return 0

    monkeypatch.setattr(AuditFacesDialog, "exec", audit)
    monkeypatch.setattr(StartRoundDialog, "exec", start)
    return seen


def rows(tree: FilterTree) -> tuple[bool, str]:
    """Whether the filter for faces to measure by is shown, and its count."""
    item = tree.item("audit", True)
    return not item.isHidden(), item.text(1)


def test_the_first_training_asks_draws_and_lists_them(qtbot, open_window, forty, asked):
    window = open_window(forty)
    session, tree = window.session, window.views.filters.tree
    assert not rows(tree)[0]
    window.commands.trigger("train")
    assert [type(dialog) for dialog in asked] == [AuditFacesDialog]
    qtbot.waitUntil(lambda: session.desk.queue.filter == Filter(audit=True))
    drawn = session.store.audit.get()
    assert len(drawn.faces) == 20
    assert list(session.desk.queue.faces) == drawn.usable
    assert session.desk.face.id == drawn.waiting[0]
    text = window.views.message_bar.label.text()
    assert "20 faces to measure by were drawn." in text
    assert f"Accept or correct the {len(drawn.waiting)} that are not judged" in text
    qtbot.waitUntil(lambda: rows(tree) == (True, "20"))
    assert "Faces to measure by" in window.views.filters.summary.text()

    window.commands.trigger("train")  # does not ask again
    assert [type(dialog) for dialog in asked] == [AuditFacesDialog, StartRoundDialog]


def test_not_now_starts_the_round_which_says_that_its_quality_is_unknown(
    qtbot, open_window, forty, asked
):
    asked.answer = 0
    window = open_window(forty)
    window.commands.trigger("train")
    assert [type(dialog) for dialog in asked] == [AuditFacesDialog, StartRoundDialog]
    assert not window.session.store.audit.get().faces


def test_a_later_round_does_not_ask(qtbot, open_window, forty, asked):
    store = open_project(forty)
    store.rounds.finish(store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {}), {})
    store.close()
    window = open_window(forty)
    window.commands.trigger("train")
    assert [type(dialog) for dialog in asked] == [StartRoundDialog]


def test_ten_faces_are_too_few_to_ask(qtbot, open_window, project, asked):
    store = open_project(project)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    store.close()
    window = open_window(project)
    window.commands.trigger("train")
    assert [type(dialog) for dialog in asked] == [StartRoundDialog]


def test_more_are_added_by_a_command(qtbot, open_window, forty, asked, monkeypatch):
    store = open_project(forty)
    store.audit.add("ann", [1, 4], "photo", 1, beside=store.audit.get())
    store.close()
    window = open_window(forty)
    monkeypatch.setattr("labeltool.gui.dialogs.audit_faces.AUDIT_FACES", 5)
    window.commands.trigger("audit")
    qtbot.waitUntil(lambda: len(window.session.store.audit.get().faces) == 7)
    assert {1, 4} < set(window.session.store.audit.get().usable)


def test_too_many_are_refused_with_the_reason(qtbot, open_window, forty, asked, monkeypatch):
    window = open_window(forty)
    monkeypatch.setattr("labeltool.gui.dialogs.audit_faces.AUDIT_FACES", 40)
    window.commands.trigger("audit")
    bar = window.views.message_bar
    qtbot.waitUntil(lambda: "no leak-free split" in bar.label.text())
    assert not window.session.store.audit.get().faces


def test_the_group_is_chosen_for_the_first_ones_only(qtbot, forty):
    store = open_project(forty)
    dialog = AuditFacesDialog(store.audit.get())
    qtbot.addWidget(dialog)
    dialog.group.setCurrentIndex(1)
    assert (dialog.wanted, dialog.rule) == (20, "folder")
    dialog.group.setCurrentIndex(2)
    paths = [
        "a/ann_01.jpg",
        "a/ann_12.jpg",
        "a/ann.jpg",
        "b/ann_01.jpg",
        "a/ann 2 5.png",
        "a/7.jpg",
    ]
    found = [re.search(dialog.rule, path) for path in paths]
    assert [match and match[1] for match in found] == [
        "a/ann", "a/ann", None, "b/ann", "a/ann 2", "a/"
    ]  # fmt: skip
    store.audit.add("ann", [1, 4], r"(.+)_", 1, beside=store.audit.get())
    later = AuditFacesDialog(store.audit.get())
    qtbot.addWidget(later)
    later.faces.setValue(3)
    assert (later.wanted, later.rule) == (5, r"(.+)_")
    assert later.group.parent() is None
    store.close()
