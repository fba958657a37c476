"""The scheme of the open project in the scheme editor."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from labeltool.gui.dialogs.scheme_editor.editor_dialog import SchemeEditor
from labeltool.gui.session import Session


def project_scheme_editor(session: Session, parent: QWidget) -> SchemeEditor:
    """An editor of a copy of the project's scheme, with the landmarks as they lie on the open face
    if all of them are placed."""
    scheme, face = session.store.scheme, session.desk.face
    if face is None:
        return SchemeEditor(None, scheme, parent=parent)
    points = face.points
    if points is not None and not np.isfinite(points).all():
        points = None
    return SchemeEditor(None, scheme, face.photo, points, parent)
