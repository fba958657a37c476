"""TIFF files of several pages, imported in the window."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtWidgets import QMessageBox

from labeltool.exchange import detection_pool


@pytest.mark.parametrize("wanted", [True, False])
def test_further_pages_are_imported_if_the_person_wants(
    qtbot, monkeypatch, open_window, project, tmp_path, wanted
):
    window = open_window(project)
    session = window.session
    monkeypatch.setattr(detection_pool, "search", lambda *_args: 0)
    pages = [Image.new("L", (40, 30)) for _ in range(3)]
    scans = tmp_path / "scans"
    scans.mkdir()
    pages[0].save(scans / "a.tif", save_all=True, append_images=pages[1:])
    said: list[str] = []

    def answer(box: QMessageBox) -> int:
        said.append(box.text())
        role = QMessageBox.ButtonRole
        kind = role.AcceptRole if wanted else role.RejectRole
        (button,) = [button for button in box.buttons() if box.buttonRole(button) == kind]
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    before = session.store.queue.counts().photos
    with qtbot.waitSignal(session.importer.pages_left):
        session.importer.add_photos([scans])
    grown = 3 if wanted else 1
    qtbot.waitUntil(lambda: session.store.queue.counts().photos == before + grown)
    qtbot.waitUntil(lambda: not session.importer.is_searching)
    assert session.store.queue.counts().photos == before + grown
    assert said == ["The TIFF files have 2 further pages. Import them as photos too?"]
