"""Labels of another image size are imported only as a person chooses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QDialog

from labeltool.gui.dialogs.label_sizes import LabelSizesDialog


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """68 landmarks of a photo that is stored sideways, counted before its EXIF turn."""
    exif = Image.Exif()
    exif[274] = 6
    pixels = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    folder = tmp_path / "sideways"
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "phone.png", exif=exif)
    angle = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    points = np.stack([200 + 50 * np.sin(angle), 100 - 50 * np.cos(angle)], -1)
    data = {
        "images": [{"id": 1, "file_name": "phone.png", "width": 300, "height": 200}],
        "categories": [{"id": 1, "name": "face", "keypoints": [str(k) for k in range(1, 69)]}],
        "annotations": [
            {
                "id": 1, "image_id": 1, "category_id": 1,
                "keypoints": [v for x, y in points.tolist() for v in (x, y, 2)],
            }
        ],
    }  # fmt: skip
    (folder / "raw.json").write_text(json.dumps(data))
    return folder / "raw.json"


@pytest.mark.parametrize("answer", ["turn", "nothing", "cancel"])
def test_labels_that_ignore_the_exif_rotation_are_imported_as_chosen(
    qtbot, monkeypatch, open_window, project, labels, answer
):
    window = open_window(project)
    session = window.session
    monkeypatch.setattr(session.importer, "search", lambda: None)  # no face is in noise
    before = session.store.queue.counts()
    said: list[str] = []

    def choose(dialog: LabelSizesDialog) -> int:
        assert session.store.queue.counts() == before
        said.append(dialog.explanation.text())
        assert not dialog.turn_box.isChecked()
        assert not dialog.turn_box.isHidden()
        assert dialog.scale_box.isHidden()
        shown = [label.pixmap().toImage() for label in (dialog.as_stated, dialog.as_explained)]
        assert shown[0] != shown[1]
        assert not shown[0].isNull()
        dialog.turn_box.setChecked(answer == "turn")
        return QDialog.DialogCode.Rejected if answer == "cancel" else QDialog.DialogCode.Accepted

    monkeypatch.setattr(LabelSizesDialog, "exec", choose)
    if answer == "cancel":
        with qtbot.waitSignal(session.importer.sizes_differ):
            session.importer.add_labels(labels, False)
        assert session.store.queue.counts() == before
    else:
        with qtbot.waitSignal(session.changed):
            session.importer.add_labels(labels, False)
        counts = session.store.queue.counts()
        assert counts.photos == before.photos + 1
        assert counts.corrected - before.corrected == (answer == "turn")
    assert said == [
        "phone.png is 200 x 300 here, but raw.json labelled it at 300 x 200: before its EXIF turn."
    ]
    if answer == "turn":
        (_, _, points, _) = session.store.decisions.labels()[-1]
        np.testing.assert_allclose(points.mean(0), [199 - 100, 200], atol=1e-6)
