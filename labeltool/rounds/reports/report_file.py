"""Writes a round's report to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from labeltool.domain import N_, UserError, system_reason
from labeltool.rounds.reports.report_html import MARK, Words, report_html
from pipnet.output import FileKind, OverwriteError, replacing, target_of

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
        UserError: the file is there and no report, or cannot be written.
    """
    _write(path, HTML, report_html(report, words, language))


def write_json(report: RoundReport, path: Path) -> None:
    """Write the report as JSON, see `RoundReport.to_dict`.

    Raises:
        UserError: the file is there and no report, or cannot be written.
    """
    _write(path, JSON, report_json(report))


def report_json(report: RoundReport) -> str:
    """The report as JSON text."""
    values = {"format": MARK} | report.to_dict()
    return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, kind: FileKind, text: str) -> None:
    try:
        target = target_of(path, kind)
        with replacing(target) as partial:
            partial.write_text(text, encoding="utf-8")
    except OverwriteError as error:
        raise UserError(
            N_("{path} is there already, and it is no report."),
            N_("Choose another name."),
            path=path,
        ) from error
    except OSError as error:
        raise UserError(
            N_("{path} cannot be written: {reason}."),
            N_("Choose another place, or free some space."),
            path=path,
            reason=system_reason(error),
        ) from error
