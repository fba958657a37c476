"""Certificates as files: JSON to be checked, PDF to be shown."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from labeltool.documents.files import writing
from labeltool.domain import UserError
from labeltool.gui.i18n.language import current_language
from labeltool.gui.i18n.translate import tr, translate
from labeltool.store import Store
from labeltool.trust.certificate_check import check_project, check_statistics
from labeltool.trust.certificate_file import PDF, TABLE_STYLE, certificate_html, write_certificate


def export_certificate(store: Store, digest: str, parent: QWidget) -> str:
    """Ask for a file and write a certificate to it; returns what to tell, empty if nobody chose."""
    data, page = tr("JSON file (*.json)"), tr("PDF page (*.pdf)")
    file, kind = QFileDialog.getSaveFileName(
        parent, tr("Export the certificate"),
        str(store.folder.parent / f"certificate-{digest[:10]}.json"), f"{data};;{page}",
    )  # fmt: skip
    if not file:
        return ""
    out = Path(file)
    try:
        save_certificate(store.trust.certificates.document(digest), out, as_pdf=kind == page)
    except UserError as error:
        return translate(error)
    return tr("Wrote {file}.", file=out)


def save_certificate(document: str, out: Path, *, as_pdf: bool) -> None:
    """Write a certificate's JSON, or a page for people; whole or not at all.

    Raises:
        UserError: it is there and something else, or cannot be written.
    """
    if not as_pdf and out.suffix.lower() != ".pdf":
        write_certificate(document, out, translate, current_language())
        return
    page = QTextDocument()
    page.setDefaultStyleSheet(TABLE_STYLE)
    page.setHtml(certificate_html(json.loads(document), translate, current_language()))
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)  # in memory, for it does not say why it cannot write a file
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    page.print_(writer)
    del writer  # which ends the document
    with writing(out, PDF) as partial:
        partial.write_bytes(made.data().data())


def verify(store: Store, digest: str) -> list[str]:
    """What of a stored certificate does not follow or does not agree with the project, in words."""
    values = json.loads(store.trust.certificates.document(digest))
    found = [*check_statistics(values), *check_project(values, store)]
    return [translate(message) for message in found]
