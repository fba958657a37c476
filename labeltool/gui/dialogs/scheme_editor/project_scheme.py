"""The scheme of the open project in the scheme editor."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtWidgets import QMessageBox, QWidget

from labeltool.domain import UserError
from labeltool.gui.dialogs.scheme_editor.editor_dialog import SchemeEditor
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.review.schemes.missing_landmarks import MIN_PLACED
from labeltool.review.schemes.scheme_problems import change_sentences


def project_scheme_editor(session: Session, parent: QWidget) -> SchemeEditor:
    """An editor of the project's scheme, with the landmarks as they lie on the open face if all of
    them are placed. It edits a copy where the project cannot be written."""
    scheme, face = session.store.scheme, session.desk.face
    use = None if session.store.read_only else tr("Change this project…")
    points = None if face is None else face.points
    if points is not None and not np.isfinite(points).all():
        points = None
    photo = None if face is None else face.photo
    editor = SchemeEditor(use, scheme, photo, points, parent)
    editor.used.connect(partial(_change, session, editor))
    return editor


def _change(session: Session, editor: SchemeEditor) -> None:
    """Put the edited scheme in force, once the person has seen what that does."""
    before, after, sources = session.store.scheme, editor.draft.scheme(), editor.draft.sources()
    is_same = sources == list(range(before.count))
    if is_same and replace(after, shape=before.shape) == before:
        editor.message.setText(tr("Nothing was changed yet."))
        return
    schemes = session.store.schemes
    said = change_sentences(before, after, sources, schemes.count_labels(), MIN_PLACED)
    box = QMessageBox(editor)
    box.setWindowTitle(tr("Landmark scheme"))
    box.setText(tr("Change the landmarks of this project?"))
    undo = tr("Nothing decided is lost, and undo takes the change back.")
    box.setInformativeText("\n\n".join([*map(translate, said), undo]))
    change = box.addButton(tr("Change the landmarks"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    if box.clickedButton() is not change:
        return
    try:
        result = schemes.change(session.desk.reviewer, after, sources)
    except UserError as error:
        editor.message.setText(translate(error))
        return
    editor.accept()
    session.publish(result)
