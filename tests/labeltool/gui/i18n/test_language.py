"""The window in Korean: chosen, from the system, and with texts stored in English."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton

from labeltool.domain import N_, Filter, Message, UserError, Verdict, photo_problem
from labeltool.exchange.label_import import _remedied
from labeltool.exchange.label_problems import size_mismatch
from labeltool.gui.dialogs import batch_preview
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.language import install_language
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.panels.history_panel import describe_entry
from labeltool.gui.settings import Settings
from labeltool.rounds.liveness import describe_exit
from labeltool.store import Threshold
from pipnet.data.images import ImageError, read_image
from pipnet.data.label_frames import LabelFrame, SizeMismatch
from tests.projects import make_project, propose

CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def korean(app) -> Settings:
    """The person chose Korean the last time."""
    settings = Settings()
    settings.language = "ko"
    app.apply_language()
    return settings


def english(text: str) -> list[str]:
    """The English words in a text, without names of files and of what is in them."""
    named = re.compile(r"'[^']*'|\S*\.\w+|n_points|GIF|JPEG")
    return re.findall("[A-Za-z]{3,}", named.sub("", text))


def test_review_by_keyboard_in_korean(qtbot, korean, open_window, project, monkeypatch):
    window = open_window(project)
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles[:3] == ["프로젝트", "편집", "검토"]
    for action in window.commands.by_name.values():
        assert re.search("[가-힣]", action.text() + action.toolTip()), action.objectName()
    first = window.session.desk.face.id
    press = QKeyEvent(QEvent.Type.KeyPress, 0x3141, NONE, 38, 0x61, 0, "ㅁ")
    QApplication.sendEvent(window.views.canvas, press)
    assert window.session.store.faces.get(first).verdict is Verdict.ACCEPTED
    assert window.views.message_bar.label.text() == "수락 완료."
    assert window.views.message_bar.undo.text() == "되돌리기"
    assert ">수락</span> 1" in window.counts.text()
    assert window.commands.by_name["undo"].text() == "되돌리기: 수락"

    qtbot.keyClick(window.views.canvas, Qt.Key.Key_V)
    assert (
        window.views.message_bar.label.text()
        == "선택한 점이 없습니다. 점을 클릭하거나 Tab을 누르세요."
    )

    seen: list[str] = []

    def agree(sheet: batch_preview.BatchPreviewDialog) -> bool:
        seen.extend((sheet.windowTitle(), sheet.headline.text(), sheet.ok.text()))
        return True

    monkeypatch.setattr(batch_preview.BatchPreviewDialog, "exec", agree)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_G)
    qtbot.keyClick(window.views.gallery.grid, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(window.views.gallery.grid, Qt.Key.Key_X)
    assert seen == ["얼굴 10개 거부", "얼굴 9개를 거부합니다.", "9개 거부"]
    assert window.views.message_bar.label.text() == "얼굴 9개 거부 완료."
    qtbot.keyClick(window.views.gallery.grid, Qt.Key.Key_Z, CONTROL)
    assert window.views.message_bar.label.text() == "되돌림: 얼굴 9개 거부."
    QApplication.processEvents()
    assert window.views.history.list.item(0).text().splitlines()[0] == "되돌림: 얼굴 9개 거부"


def test_switching_the_language_applies_at_once_and_keeps_the_work(
    qtbot, app, open_window, project
):
    before = open_window(project)
    session, face = before.session, before.session.desk.face.id
    session.writes.submit_for_face(partial(session.desk.edits.move, 30, 12.0, 34.0))
    before.commands.trigger("gallery")
    before.commands.by_name["korean"].trigger()
    qtbot.waitUntil(lambda: app.window is not before)
    window = app.window
    qtbot.waitUntil(lambda: not before.isVisible() and window.isVisible())
    assert Settings().language == "ko"
    assert window.session is session
    assert window.views.shows_gallery
    assert window.geometry().size() == before.geometry().size()
    assert window.menuBar().actions()[0].text() == "프로젝트"
    assert window.views.gallery.count.text() == "얼굴 10개"
    window.commands.trigger("back")
    assert session.desk.face.id == face
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Z, CONTROL)  # the step of before
    assert session.desk.face.draft is None
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    assert session.store.faces.get(face).verdict is Verdict.ACCEPTED
    window.commands.by_name["english"].trigger()
    qtbot.waitUntil(lambda: app.window is not window)
    assert app.window.menuBar().actions()[0].text() == "Project"


def test_the_welcome_page_offers_each_language_in_its_own_words(qtbot, app):
    page = app.show_welcome()
    names = [page.languages.itemText(k) for k in range(page.languages.count())]
    assert names == ["Language of the system", "English", "한국어"]
    page.languages.setFocus()
    QTest.keyClick(page.languages, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: app.welcome is not page)
    assert app.welcome.isVisible()
    assert app.welcome.languages.currentText() == "한국어"
    assert app.welcome.new.text() == "사진으로 새 프로젝트…"
    app.welcome.show_error(
        UserError(N_("{path} is not a project of this program."), path=Path("a b"))
    )
    assert app.welcome.message.label.text() == "a b: 이 프로그램의 프로젝트가 아닙니다."
    app.welcome.close()


@pytest.mark.parametrize(
    ("system", "expected"),
    [("ko_KR.UTF-8", "ko"), ("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "en"), ("C.UTF-8", "en")],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep their language elsewhere")
def test_the_language_defaults_to_that_of_the_system(system: str, expected: str):
    module = "labeltool.gui.i18n.language"
    code = f"from {module} import resolve_language; print(resolve_language('system'))"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment | {"LC_ALL": system},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == expected


def test_plurals_and_qt_buttons_are_translated(qtbot, qapp):
    assert tr("%Ln face(s)", "", 1) == "1 face"
    assert tr("%Ln face(s)", "", 200_000) == "200,000 faces"
    install_language(qapp, "ko")
    try:
        assert tr("%Ln face(s)", "", 200_000) == "얼굴 200,000개"
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        qtbot.addWidget(box)
        assert [button.text() for button in box.findChildren(QPushButton)] == ["취소"]
    finally:
        install_language(qapp, "en")


def test_stored_english_texts_are_shown_in_korean(korean, tmp_path):
    store = make_project(tmp_path / "p", 4)
    propose(store, [1, 2, 3, 4], [0.1, 0.2, 0.8, 0.9])
    decisions, history = store.decisions, store.history
    model, *_ = decisions.models_waiting()[0]
    notes = [
        decisions.decide("ann", [1, 2], Verdict.ACCEPTED),
        decisions.decide_where("ann", Verdict.ACCEPTED, Threshold(model, 0.5, 1.0))[1],
        decisions.flag("ann", [1], True),
        decisions.flag("ann", [1], False),
        store.undo.undo("ann"),
        store.undo.redo("ann"),
        decisions.decide("ann", [1, 2], Verdict.UNREVIEWED),
        history.restore("ann", 1, None),
        store.boxes.draw("ann", 1, (1.0, 2.0, 30.0, 40.0))[1],
        store.boxes.change("ann", 1, (1.0, 2.0, 30.0, 40.0)),
        history.revert_batch("ann", history.batches()[-2].id),
    ]
    for change in notes:
        assert isinstance(change.message, Message)
        assert not english(translate(change.message)), change.message
    for entry in [entry for face in (1, 2, 3, 5) for entry in history.of_face(face)]:
        assert not english(describe_entry(entry)), entry.description
    for batch in history.batches():
        assert not english(translate(batch.description)), batch.description
    state = store.undo.state("ann")
    assert state.undo is not None
    assert not english(translate(state.undo))
    store.close()


def test_file_errors_are_shown_in_korean(korean, tmp_path):
    whole = tmp_path / "whole.jpg"
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(whole)
    for name, content in (
        ("empty.jpg", b""), ("text.jpg", b"no photo"), ("short.jpg", whole.read_bytes()[:300]),
        ("a.gif", b"GIF89a"), ("gone.jpg", None),
    ):  # fmt: skip
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(ImageError) as caught:
            read_image(tmp_path / name)
        told = translate(photo_problem(caught.value))
        assert told.startswith(f"{name}: ")
        assert not english(told), told


def test_reasons_for_skipped_labels_are_shown_in_korean(korean):
    here, stored = (20, 30), (30, 20)
    for frame in (
        None, LabelFrame(stored, here, True, 6), LabelFrame((10, 15), here),
        LabelFrame((15, 10), here, True, 6),
    ):  # fmt: skip
        mismatch = SizeMismatch(Path("a.jpg"), here, stored, frame)
        assert re.search("[가-힣]", translate(size_mismatch(mismatch, "l.json")))
        assert re.search("[가-힣]", translate(_remedied(mismatch, Path("l.json"))))
    alike = SizeMismatch(Path("a.jpg"), here, here, None)
    assert re.search("[가-힣]", translate(size_mismatch(alike, "l.json")))


def test_messages_of_a_library_are_shown_unchanged(korean):
    assert translate(Message("what nobody translated {here}")) == "what nobody translated {here}"


def test_every_exit_of_a_worker_is_described_in_korean(korean):
    for reason in (describe_exit(-9), describe_exit(1)):
        assert re.search("[가-힣]", translate(reason)), reason


def test_a_filter_is_described_in_korean(korean):
    wanted = Filter(verdict="offered", flagged=True, error=(0.0, 0.05), reviewer="지민")
    said = "검토 대상 · 플래그 있음 · 예상 오차 0.0 % ~ 5.0 % · 판정: 지민"
    assert describe_filter(wanted, {}) == said
