"""Commands that open a dialog, and pass its answer to the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget

from labeltool.domain import (
    AUDIT_FACES,
    N_,
    Changes,
    Filter,
    Message,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.domain.round_options import DEVICES, RoundOptions
from labeltool.domain.tolerance import MAX_TOLERANCE, MIN_TOLERANCE
from labeltool.exchange.formats.format_table import (
    format_named,
    labels_of_chosen_file,
    suffix_patterns,
)
from labeltool.gui.background.exporter import RefusedExport
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.background.speed_probe import SpeedProbe
from labeltool.gui.commands.keymap import Keymap
from labeltool.gui.commands.shortcut_editor import ShortcutEditor
from labeltool.gui.diagnostics import diagnostics
from labeltool.gui.dialogs.accept_by_score import AcceptByScoreDialog
from labeltool.gui.dialogs.audit_faces import AuditFacesDialog
from labeltool.gui.dialogs.batch_history import BatchHistoryDialog
from labeltool.gui.dialogs.exporting.export_labels import ExportLabelsDialog
from labeltool.gui.dialogs.exporting.export_predictions import ask_for_predictions
from labeltool.gui.dialogs.photo_folders import PhotoFoldersDialog
from labeltool.gui.dialogs.photo_problems import PhotoProblemsDialog
from labeltool.gui.dialogs.round_list import RoundListDialog
from labeltool.gui.dialogs.start_round import Purpose, StartRoundDialog
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.gui.views import Views
from labeltool.rounds.adjusting.adjuster import Learned
from labeltool.rounds.planning import RoundPlan
from labeltool.rounds.quality.audit_draw import grow_audit_set
from labeltool.rounds.quality.round_figures import finished_rounds
from labeltool.rounds.starts import backbones_at_hand, likely_devices


class DialogCommands(QObject):
    """The dialogs of a project's window, by the names of their commands.

    `decide_batch` gives a verdict to faces after a preview. `parent` is the dialogs' parent.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        keymap: Keymap,
        views: Views,
        decide_batch: Callable[[Sequence[int], Verdict], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._keymap = session, settings, keymap
        self._views, self._decide_batch, self._parent = views, decide_batch, parent
        self._probe = SpeedProbe(settings, self)
        self._round_options = RoundOptions()  # as they were chosen last
        session.exporter.refused.connect(self._confirm_replace)
        session.importer.pages_left.connect(self._offer_pages)
        session.adjustments.learned.connect(self._adjust)
        self._by_name = {
            "import": self._import,
            "import_labels": self._import_labels,
            "export": self._export,
            "predictions": self._predictions,
            "problems": self._problems,
            "relocate": self._relocate,
            "scheme": self._scheme,
            "accept_above": self._accept_above,
            "contact_sheet": self._contact_sheet,
            "guarantee": self._guarantee,
            "certificates": self._certificates,
            "tolerance": self._tolerance,
            "predict_with": self._predict_with,
            "train": self._train,
            "audit": self._audit,
            "pack_round": self._pack_round,
            "bring_in": self._bring_in,
            "report": self._report,
            "rounds": self._rounds,
            "batches": self._batches,
            "keys": self._keys,
            "diagnostics": self._diagnostics,
            "save_filter": self._save_filter,
            "rename_filter": self._rename_filter,
            "delete_filter": self._delete_filter,
        }

    @Slot(str)
    def open(self, name: str) -> None:
        """Open a dialog; show why in the message bar if that cannot be done now."""
        try:
            self._by_name[name]()
        except UserError as error:
            self._views.message_bar.show_error(error)

    def _run(self, dialog: QDialog) -> bool:
        answer = bool(dialog.exec())
        dialog.deleteLater()
        return answer

    def _import(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._parent, tr("Import a folder of photos"))
        if folder:
            self._session.importer.add_photos([Path(folder)])

    @Slot(object, int)
    def _offer_pages(self, sources: list[Path], count: int) -> None:
        box = QMessageBox(self._parent)
        box.setWindowTitle(tr("Pages of TIFF files"))
        box.setText(
            tr("The TIFF files have %Ln further page(s). Import them as photos too?", "", count)
        )
        box.setInformativeText(
            tr("The first pages are imported. Further pages are copied into the project's folder.")
        )
        add = box.addButton(tr("Import pages"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(tr("First pages only"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() == add:
            self._session.importer.add_photos(sources, all_pages=True)

    def _import_labels(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self._parent,
            tr("A label file, or any file of a folder of them"),
            "",
            tr("Labels ({patterns})", patterns=suffix_patterns()),
        )
        if not file:
            return
        # few people need it in every session
        from labeltool.gui.dialogs.import_labels.import_dialog import (  # noqa: PLC0415
            ImportLabelsDialog,
        )

        dialog = ImportLabelsDialog(self._session, labels_of_chosen_file(Path(file)), self._parent)
        if self._run(dialog) and (wanted := dialog.wanted()) is not None:
            self._session.importer.add_labels(wanted)
        elif dialog.took_photos:
            self._session.importer.search()

    def _export(self) -> None:
        dialog = ExportLabelsDialog(self._session, self._parent)
        if not self._run(dialog):
            return
        form, choice, split = format_named(dialog.form), dialog.choice, dialog.split
        kind = tr(form.description) if split is None else tr("Folder with train, val and test (*)")
        name = "labels" if form.is_folder or split is not None else f"labels{form.suffix}"
        file, _ = QFileDialog.getSaveFileName(
            self._parent, tr("Export labels"), str(self._session.store.folder / name), kind
        )
        if file:
            self._session.exporter.export(Path(file), form.name, choice, split)

    @Slot(object)
    def _confirm_replace(self, refused: RefusedExport) -> None:
        """Ask whether an export may replace what is there."""
        if self._confirm(translate(refused.error.what), tr("Replace")):
            self._session.exporter.export(refused.out, refused.form, refused.choice, force=True)

    def _predictions(self) -> None:
        ask_for_predictions(self._session, self._parent)

    def _problems(self) -> None:
        dialog = PhotoProblemsDialog(self._session, self._parent)
        self._run(dialog)
        if dialog.to_draw is not None:
            photo = dict(self._session.store.photos.without_face())[dialog.to_draw]
            self._views.show_photo_to_box(dialog.to_draw, photo)

    def _scheme(self) -> None:
        # few people need it in every session
        from labeltool.gui.dialogs.scheme_editor.project_scheme import (  # noqa: PLC0415
            project_scheme_editor,
        )

        self._run(project_scheme_editor(self._session, self._parent))

    def _relocate(self) -> None:
        roots = self._session.store.photos.roots()
        if not roots:
            return
        root_id = next(iter(roots))
        if len(roots) > 1:
            dialog = PhotoFoldersDialog(roots, self._parent)
            if not self._run(dialog):
                return
            root_id = dialog.chosen
        question = tr("Where is {folder} now?", folder=roots[root_id])
        folder = QFileDialog.getExistingDirectory(self._parent, question)
        if folder:
            self._session.importer.move_photos(root_id, Path(folder))

    def _predict_with(self) -> None:
        # few people need them in every session
        from labeltool.gui.dialogs.choose_detector import ChooseDetectorDialog  # noqa: PLC0415
        from labeltool.rounds.proposals.other_detectors import (  # noqa: PLC0415
            installed_detectors,
        )

        counts = self._session.desk.counts
        open_faces = counts.unreviewed + counts.rejected
        dialog = ChooseDetectorDialog(installed_detectors(), open_faces, self._parent)
        if self._run(dialog) and (detector := dialog.chosen()) is not None:
            self._session.round.predict(detector)

    def _accept_above(self) -> None:
        dialog = AcceptByScoreDialog(self._session, self._parent)
        if self._run(dialog) and dialog.threshold is not None:
            self._decide_batch(
                self._session.desk.batches.faces_within(dialog.threshold), Verdict.ACCEPTED
            )
        elif dialog.wants_guarantee:
            self._guarantee()

    def _guarantee(self) -> None:
        # loads the statistics, which no other part of the window needs
        from labeltool.gui.dialogs.guarantee.guarantee_dialog import (  # noqa: PLC0415
            GuaranteeDialog,
        )

        dialog = self._parent.findChild(GuaranteeDialog)
        if dialog is None:
            dialog = GuaranteeDialog(self._session, self._parent)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _certificates(self) -> None:
        from labeltool.gui.dialogs.guarantee.certificate_list import (  # noqa: PLC0415
            CertificateListDialog,
        )

        self._run(CertificateListDialog(self._session, self._parent))

    def _tolerance(self) -> None:
        percent, chosen = QInputDialog.getDouble(
            self._parent, tr("Tolerance"),
            tr("A landmark is right if it is off by at most so many percent of the norm\n"
               "(for faces, the distance between the eyes):"),
            100 * self._session.store.trust.tolerance(), 100 * MIN_TOLERANCE, 100 * MAX_TOLERANCE,
            1,
        )  # fmt: skip
        if chosen:
            self._session.writes.submit(
                partial(self._session.store.trust.set_tolerance, percent / 100)
            )

    def _contact_sheet(self) -> None:
        # few people need it in every session
        from labeltool.gui.dialogs.contact_sheet.contact_sheet_dialog import (  # noqa: PLC0415
            ContactSheetDialog,
        )

        dialog = self._parent.findChild(ContactSheetDialog)
        if dialog is None:
            dialog = ContactSheetDialog(self._session, self._views.thumbnails, self._parent)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.face_wanted.connect(self._open_face)
            dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def close_dialogs(self) -> None:
        """Close the dialogs beside the window, before it closes or is replaced."""
        for dialog in self._parent.findChildren(QDialog):
            dialog.close()

    @Slot(object)
    def _adjust(self, learned: Learned) -> None:
        """Ask whether to adjust the proposals, or say that it would not help."""
        if not learned.helps:
            no_help = Message(N_("That is no more than chance: the proposals stay as they are."))
            self._session.publish(WriteResult(Changes(), Message.join(learned.sentence, no_help)))
        elif self._confirm(translate(learned.question), tr("Adjust proposals")):
            self._session.adjustments.offer(learned)

    @Slot()
    def _audit(self) -> None:
        self._draw(AuditFacesDialog(self._session.store.audit.get(), self._parent))

    def _draw(self, dialog: AuditFacesDialog) -> bool:
        """Ask how many faces to measure by there shall be, and draw them; False if nobody wants
        any."""
        if not self._run(dialog):
            return False
        store, reviewer = self._session.store, self._session.desk.reviewer
        self._session.tasks.run(
            "writes", tr("Drawing faces to measure by"),
            partial(grow_audit_set, store, reviewer, dialog.wanted, dialog.rule),
            cancel_message=tr("Cancelled: no face was drawn."), succeeded=self._show_drawn,
        )  # fmt: skip
        return True

    @Slot(object)
    def _show_drawn(self, result: object) -> None:
        """List the faces to measure by, and say what to do with them."""
        drawn = result if isinstance(result, WriteResult) else WriteResult()
        waiting = self._session.store.audit.get().waiting
        next_step = Message.counted(
            len(waiting),
            N_("Accept or correct the one that is not judged, then train."),
            N_("Accept or correct the {count} that are not judged, then train."),
        )
        if not waiting:
            next_step = Message(N_("All of them are judged: train now."))
        self._session.publish(WriteResult(drawn.changes, Message.join(drawn.message, next_step)))
        if waiting:
            self._session.desk.open(waiting[0])
        self._session.show(Filter(audit=True))

    def _train(self) -> None:
        launcher = self._session.round.rounds.launcher
        launcher.plan()  # raises an error if there is nothing to train on
        audit, counts = self._session.store.audit.get(), self._session.desk.counts
        # with fewer faces, too few would be left to train on
        if not audit.faces and counts.rounds == 0 and counts.faces >= 2 * AUDIT_FACES:
            question = AuditFacesDialog(audit, self._parent, before_training=True)
            if self._draw(question):
                return
        waits = self._session.round.state is not RoundState.IDLE
        plan = self._choose_round("queue" if waits else "start")
        if plan is not None:
            self._session.round.start(plan)

    def _choose_round(self, purpose: Purpose) -> RoundPlan | None:
        dialog = StartRoundDialog(
            self._session.round.rounds.launcher.plan, self._probe,
            options=self._round_options, purpose=purpose,
            backbones=backbones_at_hand(self._session.store.folder),
            devices=DEVICES if purpose == "pack" else likely_devices(), parent=self._parent,
        )  # fmt: skip
        if not self._run(dialog) or dialog.plan is None:
            return None
        self._round_options = dialog.plan.options
        return dialog.plan

    def _pack_round(self) -> None:
        plan = self._choose_round("pack")
        if plan is None:
            return
        file, _ = QFileDialog.getSaveFileName(
            self._parent, tr("Pack round {number}", number=plan.number),
            str(self._session.store.folder / f"round-{plan.number}.zip"),
            tr("Packed rounds ({patterns})", patterns="*.zip"),
        )  # fmt: skip
        if file:
            self._session.round.pack(plan, Path(file))

    def _bring_in(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self._parent, tr("Bring in the results of a round"), "",
            tr("Results of packed rounds ({patterns})", patterns="*.zip"),
        )  # fmt: skip
        if file:
            self._session.round.bring_in(Path(file))

    def _report(self) -> None:
        rounds = finished_rounds(self._session.store.rounds.all())
        if rounds:
            self.show_report(rounds[-1].number)

    @Slot(int)
    def show_report(self, number: int) -> None:
        """Show the report of a round beside the window."""
        # few people need it in every session
        from labeltool.gui.dialogs.report.report_dialog import ReportDialog  # noqa: PLC0415

        dialog = self._parent.findChild(ReportDialog)
        if dialog is None:
            dialog = ReportDialog(self._session, self._parent)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.face_wanted.connect(self._open_face)
            dialog.audit_wanted.connect(self._audit)
        dialog.show_round(number)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    @Slot(int)
    def _open_face(self, face_id: int) -> None:
        """Show a face in its photo."""
        self._session.desk.open(face_id)
        self._views.show_gallery(False)
        self._session.publish(Changes())

    def _rounds(self) -> None:
        dialog = RoundListDialog(self._session, self._parent)
        self._run(dialog)
        if dialog.to_report is not None:
            self.show_report(dialog.to_report)

    def _batches(self) -> None:
        dialog = BatchHistoryDialog(self._session, self._parent)
        self._run(dialog)
        if dialog.to_show is not None:
            self._session.desk.queue.show_batch(dialog.to_show.id)
            what = translate(dialog.to_show.description)
            note = tr("Only the faces of “{what}” are listed.", what=what)
            self._session.publish(WriteResult(message=Message(note)))

    def _keys(self) -> None:
        editor = ShortcutEditor(self._keymap, self._parent)
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.open()

    def _diagnostics(self) -> None:
        QGuiApplication.clipboard().setText(diagnostics(self._settings, self._session))
        self._views.message_bar.show_message(
            tr("The diagnostics are on the clipboard, to paste into a report. They name no photo.")
        )

    # Saved filters

    def _save_filter(self) -> None:
        wanted = self._session.desk.queue.filter
        name = self._ask_name(
            tr("Save filter"), describe_filter(wanted, self._session.facets.round_names)
        )
        known = [saved.name for saved in self._session.store.filters.all()]
        if name and (
            name not in known
            or self._confirm(tr("Replace the filter “{name}”?", name=name), tr("Replace"))
        ):
            self._session.writes.submit(partial(self._session.store.filters.save, name, wanted))

    def _rename_filter(self) -> None:
        saved = self._session.facets.saved_filter()
        if saved is not None and (name := self._ask_name(tr("Rename filter"), saved.name)):
            self._session.writes.submit(partial(self._session.store.filters.rename, saved.id, name))

    def _delete_filter(self) -> None:
        saved = self._session.facets.saved_filter()
        if saved is not None and self._confirm(
            tr("Delete the filter “{name}”?", name=saved.name), tr("Delete")
        ):
            self._session.writes.submit(partial(self._session.store.filters.delete, saved.id))

    def _ask_name(self, title: str, proposed: str) -> str:
        name, ok = QInputDialog.getText(
            self._parent, title, tr("Name"), QLineEdit.EchoMode.Normal, proposed
        )
        return " ".join(name.split()) if ok else ""

    def _confirm(self, question: str, yes: str) -> bool:
        box = QMessageBox(self._parent)
        box.setWindowTitle(yes)
        box.setText(question)
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is button
