"""What the checks found on the open face: a sentence, a button that mends it, and Ignore."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeltool.checks.findings import FIX_LABELS
from labeltool.gui import theme
from labeltool.gui.i18n.translate import landmark_names, tr, translate
from labeltool.gui.session import Session

ICON_PIXELS = 16


class FindingBox(QFrame):
    """Shows the gravest finding; hidden without any."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._icon, self.sentence = QLabel(), QLabel()
        self.sentence.setWordWrap(True)
        self.fix, self.ignore = QPushButton(), QPushButton()
        self.fix.clicked.connect(self._fix)
        self.ignore.clicked.connect(self._ignore)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        head = QHBoxLayout()
        head.setSpacing(2 * theme.SPACING)
        head.addWidget(self._icon)
        head.addWidget(self.sentence, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addLayout(head)
        layout.addWidget(self.fix)
        layout.addWidget(self.ignore)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icon for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_icon()

    def _show_icon(self) -> None:
        icon = theme.icon("mdi6.alert-outline")
        self._icon.setPixmap(icon.pixmap(QSize(ICON_PIXELS, ICON_PIXELS)))

    def refresh(self) -> None:
        """Show what was found on the open face."""
        found = self._session.checks.found
        self.setVisible(bool(found))
        if not found:
            return
        finding, is_ignored = found[0]
        left = sum(not ignored for _, ignored in found)
        text = translate(finding.sentence(landmark_names(self._session.store.scheme.names)))
        if is_ignored:
            text = tr("Ignored: {finding}", finding=text)
        elif left > 1:
            text += " " + tr("And %Ln more finding(s).", "", left - 1)
        self.sentence.setText(text)
        fix = finding.fix
        self.fix.setVisible(fix is not None and not is_ignored)
        if fix is not None:
            self.fix.setText(tr(FIX_LABELS[fix]))
        self.fix.setToolTip(tr("What mends this finding (R); undo takes it back"))
        self.ignore.setText(tr("Show again") if is_ignored else tr("Ignore"))
        self.ignore.setToolTip(tr("Whether this finding counts for this face (Shift+R)"))
        self._show_icon()

    @Slot()
    def _fix(self) -> None:
        self._session.checks.fix()

    @Slot()
    def _ignore(self) -> None:
        self._session.checks.ignore()
