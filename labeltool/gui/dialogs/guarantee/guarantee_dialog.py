"""Accept with a guarantee, beside the window."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QLabel, QStackedWidget, QVBoxLayout, QWidget

from labeltool.domain import Points, Progress, UserError, WriteResult
from labeltool.gui import theme
from labeltool.gui.dialogs.guarantee.certificate_export import export_certificate
from labeltool.gui.dialogs.guarantee.judged_face import JudgedFace
from labeltool.gui.dialogs.guarantee.judging_page import JudgingPage
from labeltool.gui.dialogs.guarantee.result_page import ResultPage
from labeltool.gui.dialogs.guarantee.setup_page import SetupPage
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.photo_cache import PhotoCache
from labeltool.gui.session import Session
from labeltool.trust.acceptance import Acceptance, Shown
from labeltool.trust.acceptance_settings import AcceptanceSettings

DEFAULT_SIZE = (1000, 660)
AHEAD_FACES = 3
"""Faces whose photos are read before they are shown."""

_Accepted = tuple[WriteResult, str]
"""What accepting did, and the digest of its certificate."""


class GuaranteeDialog(QDialog):
    """Set up, look at random faces, accept.

    Every judgement is stored at once: closing the dialog is a pause.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accept with a guarantee"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*DEFAULT_SIZE)
        self._session = session
        self._photos = PhotoCache(self)
        scheme = session.store.scheme
        self._sample = JudgedFace(scheme, self._photos)
        self.acceptance: Acceptance | None = None
        self.shown: Shown | None = None
        self.certificate = ""
        self.setup = SetupPage(session, self._sample)
        self.judging = JudgingPage(JudgedFace(scheme, self._photos))
        self.outcome = ResultPage()
        self.stack = QStackedWidget()
        for page in (self.setup, self.judging, self.outcome):
            self.stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout.addWidget(self.problem)
        layout.addWidget(self.stack)
        self.setup.start.setDefault(True)  # only a dialog's own button can be
        self._connect()
        self._show_sample()
        waiting = Acceptance.unfinished(session.store, session.desk.reviewer)
        self.setup.resume.setVisible(bool(waiting))

    def _connect(self) -> None:
        self.setup.started.connect(self.start)
        self.setup.resumed.connect(self.resume)
        self.judging.right.triggered.connect(partial(self._say, True))
        self.judging.wrong.triggered.connect(partial(self._say, False))
        self.judging.back.triggered.connect(self.take_back)
        self.judging.pause.clicked.connect(self.close)
        self.judging.finish.triggered.connect(self.show_result)
        self.outcome.go_on.clicked.connect(self._go_on)
        self.outcome.accept.clicked.connect(self.accept_faces)
        self.outcome.undo.clicked.connect(self._undo)
        self.outcome.export.clicked.connect(self._export)
        self.outcome.close_button.clicked.connect(self.close)

    def _show_sample(self) -> None:
        face = self._session.desk.face
        if face is not None and face.points is not None:
            self._sample.show_face(face.photo, face.points, self._session.store.trust.tolerance())
            self._photos.request([], face.photo)

    # Begin

    @Slot(object)
    def start(self, settings: AcceptanceSettings) -> None:
        """Draw the order of the faces in the background, and show the first."""
        self._begin(partial(_started, self._session, settings, self._session.desk.reviewer))

    @Slot()
    def resume(self) -> None:
        """Go on with the newest acceptance that was not finished."""
        store, reviewer = self._session.store, self._session.desk.reviewer
        self._begin(partial(_resumed, self._session, Acceptance.unfinished(store, reviewer)[0]))

    def _begin(self, work: partial[Acceptance]) -> None:
        self.setup.setEnabled(False)
        self._session.tasks.run_hidden(
            "writes", tr("Drawing faces"), work, succeeded=self._began, failed=self._fail
        )

    @Slot(object)
    def _began(self, acceptance: object) -> None:
        self.acceptance = cast(Acceptance, acceptance)
        self.problem.hide()
        self._go_on()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        """Say it here, and offer to begin again; anything but a UserError is a bug."""
        if not isinstance(error, UserError):
            raise error
        self.problem.setText(translate(error))
        self.problem.show()
        self.setup.setEnabled(True)
        self.setup.resume.hide()
        self.stack.setCurrentWidget(self.setup)

    # Judge

    @Slot()
    def _go_on(self) -> None:
        self.stack.setCurrentWidget(self.judging)
        self._session.writes.submit(self._show_next)

    def _show_next(self) -> WriteResult:
        assert self.acceptance is not None
        try:
            self.shown = self.acceptance.next()
        except UserError as error:
            if type(error) is not UserError:  # the project is busy: tried again
                raise
            self._fail(error)
            return WriteResult()
        state = self.acceptance.state()
        wrong = sum(each.answer is False for each in self.acceptance.judgements)
        self.judging.show_state(state, wrong)
        if self.shown is None:
            self.show_result()
            return WriteResult()
        faces = [self.shown.face_id, *self.acceptance.coming(AHEAD_FACES)]
        cards = self._session.store.faces.cards(faces)
        photo = cards[self.shown.face_id].photo
        tolerance = self.acceptance.settings.tolerance
        self.judging.face.show_face(photo, self.shown.points, tolerance)
        ahead = [cards[face].photo for face in faces[1:] if face in cards]
        self._photos.request(ahead, photo)
        self.judging.show_hint()
        self.judging.face.setFocus()
        return WriteResult()

    def _say(self, right: bool, *_checked: object) -> None:
        face = self.judging.face
        if self.shown is None or not (face.is_ready or face.problem):
            return  # nobody judges what they have not seen
        if right and (face.is_moved or face.problem):
            return
        corrected = face.points if face.is_moved else None
        self._session.writes.submit(partial(self._judge, self.shown, right, corrected))

    def _judge(self, shown: Shown, right: bool, corrected: Points | None) -> WriteResult:
        assert self.acceptance is not None
        result = self.acceptance.judge(shown.token, right, corrected)
        self._show_next()
        return result

    @Slot()
    def take_back(self) -> None:
        """Judge the face before once more."""
        self._session.writes.submit(self._take_back)

    def _take_back(self) -> WriteResult:
        assert self.acceptance is not None
        result = self.acceptance.take_back()
        self._show_next()
        return result or WriteResult()

    # The end

    @Slot()
    def show_result(self) -> None:
        """Show what holds."""
        assert self.acceptance is not None
        state = self.acceptance.state()
        statement = self.acceptance.guarantee(state.holds_for)
        self.outcome.show_state(state, statement, can_go_on=self.shown is not None)
        self.stack.setCurrentWidget(self.outcome)
        self.outcome.accept.setFocus()

    @Slot()
    def accept_faces(self) -> None:
        """Accept them as one operation, in the background."""
        assert self.acceptance is not None
        self.outcome.wait()
        self._session.tasks.run(
            "writes", tr("Accepting with a guarantee"), self.acceptance.accept,
            cancel_message=tr("Cancelled: no face was changed."),
            succeeded=self._accepted, failed=self._fail, ended=self._ended,
        )  # fmt: skip

    @Slot(object)
    def _accepted(self, done: object) -> None:
        result, self.certificate = cast(_Accepted, done)
        self._session.publish(result)
        self.outcome.show_accepted(result.message, self.certificate)

    @Slot()
    def _ended(self) -> None:
        self.outcome.accept.setEnabled(True)

    @Slot()
    def _undo(self) -> None:
        self._session.undo_redo.undo_operation()
        self.outcome.undo.hide()

    @Slot()
    def _export(self) -> None:
        message = export_certificate(self._session.store, self.certificate, self)
        if message:
            self.outcome.advice.setText(message)

    def done(self, result: int) -> None:
        """Stop reading photos. What was judged is stored."""
        self._photos.close()
        super().done(result)


def _started(
    session: Session, settings: AcceptanceSettings, reviewer: str, _progress: Progress
) -> Acceptance:
    return Acceptance.start(session.store, reviewer, settings)


def _resumed(session: Session, acceptance_id: int, _progress: Progress) -> Acceptance:
    return Acceptance.resume(session.store, acceptance_id)
