"""Certificates as files: JSON to be checked, PDF to be shown."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from labeltool.domain import UserError, system_reason
from labeltool.gui.i18n.translate import tr, translate
from labeltool.store import Store
from labeltool.trust.acceptance_settings import AcceptanceSettings
from labeltool.trust.certificate_check import check_project, check_statistics
from pipnet.output import replacing


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
        write_certificate(store.trust.certificates.document(digest), out, as_pdf=kind == page)
    except UserError as error:
        return translate(error)
    except OSError as error:
        reason = translate(system_reason(error))
        return tr("{file} cannot be written: {reason}.", file=out, reason=reason)
    return tr("Wrote {file}.", file=out)


def write_certificate(document: str, out: Path, *, as_pdf: bool) -> None:
    """Write a certificate's JSON, or a page for people; whole or not at all. Raises OSError."""
    if not as_pdf and out.suffix.lower() != ".pdf":
        with replacing(out) as partial:
            partial.write_text(document, encoding="utf-8")
        return
    page = QTextDocument()
    page.setHtml(certificate_html(json.loads(document)))
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)  # in memory, for it does not say why it cannot write a file
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    page.print_(writer)
    del writer  # which ends the document
    with replacing(out) as partial:
        partial.write_bytes(made.data().data())


def certificate_html(values: dict[str, Any]) -> str:
    """What a certificate says, for people."""
    settings = AcceptanceSettings.from_dict(values["settings"])
    held, seen = sum(group["held"] for group in values["groups"]), values["detection"]
    judged = values["judgements"]
    rows = (
        (tr("Reviewer"), values["reviewer"]),
        (tr("Made"), values["made"]),
        (tr("Faces accepted"), f"{values['accepted']:,}"),
        (tr("Faces looked at"), f"{len(judged):,}"),
        (tr("Of these, called wrong"), f"{sum(not each['right'] for each in judged):,}"),
        (tr("Planted errors found"), f"{seen['found']} / {seen['planted']}"),
        (tr("Models"), ", ".join(values["models"])),
        (tr("Seed of the draw"), values["seed"]),
        (tr("Digest"), values["digest"]),
    )
    table = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{escape(str(value))}</td></tr>"
        for name, value in rows
    )
    statement = escape(translate(settings.sentence(held)))
    title = escape(tr("Certificate"))
    return f"<h1>{title}</h1><p><b>{statement}</b></p><table>{table}</table>"


def verify(store: Store, digest: str) -> list[str]:
    """What of a stored certificate does not follow or does not agree with the project, in words."""
    values = json.loads(store.trust.certificates.document(digest))
    found = [*check_statistics(values), *check_project(values, store)]
    return [translate(message) for message in found]
