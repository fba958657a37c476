"""Writes a round's report to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from labeltool.documents.files import write_text
from labeltool.documents.html_page import Words
from labeltool.rounds.reports.report_html import MARK, report_html
from pipnet.output import FileKind

if TYPE_CHECKING:
    from labeltool.rounds.quality.round_report import RoundReport

_FORMAT = '{\n "format": "labeltool round report"'


def _is_html(path: Path) -> bool:
    return MARK in _beginning(path)


def _is_json(path: Path) -> bool:
    return _beginning(path).startswith(_FORMAT)


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(500)


HTML = FileKind("a report of a round", _is_html)
JSON = FileKind("a report of a round", _is_json)


def write_html(report: RoundReport, path: Path, words: Words = str, language: str = "en") -> None:
    """Write the report as one HTML page, see `report_html`.

    Raises:
        UserError: the file is there and something else, or cannot be written.
    """
    write_text(path, HTML, report_html(report, words, language))


def write_json(report: RoundReport, path: Path) -> None:
    """Write the report as JSON, see `RoundReport.to_dict`.

    Raises:
        UserError: the file is there and something else, or cannot be written.
    """
    write_text(path, JSON, report_json(report))


def report_json(report: RoundReport) -> str:
    """The report as JSON text."""
    values = {"format": MARK} | report.to_dict()
    return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
