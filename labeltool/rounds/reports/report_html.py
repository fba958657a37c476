"""A round's report as one HTML page that needs no other file and loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from labeltool.checks.landmark_names import landmark_message
from labeltool.domain import N_, Message
from labeltool.rounds.quality.corrections import CorrectedFace
from labeltool.rounds.reports.report_charts import CHART_STYLE, ced_chart, point_chart
from labeltool.rounds.reports.report_words import (
    FIGURES,
    REGION_TEXTS,
    headline,
    learned_from,
    movement_sentence,
    other_name,
    sentence_case,
)

if TYPE_CHECKING:
    from labeltool.rounds.quality.audit_points import Comparison
    from labeltool.rounds.quality.round_report import RoundReport

MARK = "labeltool round report"
"""Names the generator of the page, by which an earlier report is recognised."""

_STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --faint: #5f5f5f; --line: #cfcfcf;
  --page: #ffffff; --accent: #1f5fae; --other: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --faint: #a6a6a6; --line: #4a4a4a;
  --page: #222222; --accent: #7db5f3; --other: #e6b35a; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.faint, td.faint { color: var(--faint); } p.headline { font-size: 1.15rem; }
table { border-collapse: collapse; } td, th { padding: .15rem 1rem .15rem 0; text-align: left; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.columns { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
"""

Words = Callable[[Message], str]
"""A message in the language of the page."""


def report_html(report: RoundReport, words: Words = str, language: str = "en") -> str:
    """The page. `words` translates its texts to `language`."""
    return _Page(report, words, language).text()


class _Page:
    def __init__(self, report: RoundReport, words: Words, language: str) -> None:
        self._report, self._words, self._language = report, words, language

    def _text(self, template: str, **values: object) -> str:
        """A text of the program, safe for HTML."""
        return escape(self._words(Message(template, **values)))

    def _title(self, text: str) -> str:
        return f"<h2>{self._text(text)}</h2>"

    def text(self) -> str:
        row = self._report.round
        title = self._text(N_("Round {number}"), number=row.number)
        if row.name:
            title = f"{title}: {escape(row.name)}"
        time = (row.finished or "")[:16].replace("T", " ")
        finished = self._text(N_("Finished {time} UTC"), time=time)
        parts = [
            f"<h1>{title}</h1>",
            f'<p class="faint">{finished}</p>',
            f"<p>{escape(row.note)}</p>" if row.note else "",
            f'<p class="headline">{escape(self._words(headline(self._report)))}</p>',
            f"<p>{escape(self._words(learned_from(row)))}</p>",
            f"<p>{escape(self._words(self._report.advice.sentence))}</p>",
            *(
                [f"<p>{escape(self._words(self._report.labels.sentence))}</p>"]
                if self._report.labels is not None
                else []
            ),
            self._figures(), self._charts(), self._regions(), self._worst(), self._moved(),
            self._corrections(),
        ]  # fmt: skip
        safe = "default-src 'none'; style-src 'unsafe-inline'"
        return "\n".join(
            [
                "<!doctype html>",
                f'<html lang="{escape(self._language)}">',
                f'<head><meta charset="utf-8"><meta name="generator" content="{MARK}">',
                f'<meta http-equiv="Content-Security-Policy" content="{safe}">',
                f"<title>{title}</title><style>{_STYLE}{CHART_STYLE}</style></head>",
                "<body>", *filter(None, parts), "</body></html>", "",
            ]
        )  # fmt: skip

    def _own(self) -> str:
        return self._text(N_("Round {number}"), number=self._report.round.number)

    def _figures(self) -> str:
        report, found = self._report, self._report.comparison
        if report.figures is None:
            return ""
        columns = {self._own(): report.figures}
        if found is not None and len(found.faces) < report.figures["faces"]:
            common = self._text(N_("{count} common faces"), count=len(found.faces))
            columns[f"{self._own()}, {common}"] = found.own.summary()
        if found is not None:
            columns[self._other(found)] = found.other.summary()
        rows = [
            [self._text(text), *(_figure(name, column[name]) for column in columns.values())]
            for name, text in FIGURES.items()
        ]
        count = report.figures["faces"]
        one, many = N_("1 face measured it."), N_("{count} faces measured it.")
        faces = self._text(one if count == 1 else many, count=count)
        table = _table([self._text(N_("Figure")), *columns], rows)
        return f'{table}<p class="faint">{faces}</p>'

    def _other(self, found: Comparison) -> str:
        return escape(sentence_case(self._words(other_name(found.round))))

    def _charts(self) -> str:
        report, found = self._report, self._report.comparison
        if report.evaluation is None:
            return ""
        lines = [(self._own(), report.evaluation.ced())]
        if found is not None:
            lines.append((self._other(found), found.other.ced()))
        axes = self._text(N_("Error of a face (% of the norm)")), self._text(N_("Share of faces"))
        other = None if found is None else found.other.per_point()
        names = [self._words(landmark_message(name)) for name in report.evaluation.names]
        return "\n".join(
            [
                self._title(N_("Cumulative error distribution")),
                ced_chart(lines, *axes),
                self._title(N_("Error of each landmark (% of the norm)")),
                point_chart(report.evaluation.per_point(), other, names),
            ]
        )

    def _regions(self) -> str:
        report, found = self._report, self._report.comparison
        regions = {} if report.evaluation is None else report.evaluation.per_region()
        if not regions:
            return ""
        other = {} if found is None else found.other.per_region()
        titles = [self._text(N_("Region")), self._own()]
        titles += [] if found is None else [self._other(found)]
        rows = []
        for name, value in regions.items():
            text = self._text(name) if name in REGION_TEXTS else escape(name)
            cells = [value] + ([other[name]] if name in other else [])
            rows.append([text, *(f"{cell:.2f} %" for cell in cells)])
        return self._title(N_("Error of each region")) + _table(titles, rows)

    def _worst(self) -> str:
        if not self._report.worst:
            return ""
        rows = [[*self._face(face), f"{nme:.2f} %"] for face, nme in self._report.worst]
        titles = [*self._face_titles(), self._text(N_("Error"))]
        return self._title(N_("Worst faces")) + _table(titles, rows, texts=2)

    def _moved(self) -> str:
        movement = self._report.movement
        if movement is None:
            return ""
        rows = [[*self._face(face), f"{moved * 100:.2f} %"] for face, moved in movement.most]
        titles = [*self._face_titles(), self._text(N_("Movement"))]
        mean = escape(self._words(movement_sentence(movement)))
        title = self._title(N_("Faces whose proposals moved most"))
        return f"{title}<p>{mean}</p>" + _table(titles, rows, texts=2)

    def _corrections(self) -> str:
        found = self._report.corrections
        if not found:
            return ""
        columns = [
            self._corrected(self._text(N_("Learned")), found.learned),
            self._corrected(self._text(N_("Ignored")), found.ignored),
            self._corrected(self._text(N_("Unlearned")), found.unlearned),
        ]
        title = self._title(N_("Corrections that it trained on"))
        rule = self._text(
            N_("Distance of the corrected landmarks from the label, in percent of the norm.")
        )
        return f'{title}<p>{rule}</p><div class="columns">{"".join(columns)}</div>'

    def _corrected(self, title: str, faces: Sequence[CorrectedFace]) -> str:
        titles = [*self._face_titles(), self._text(N_("Before")), self._text(N_("Now"))]
        rows = [
            [*self._face(face.face_id), f"{face.before:.1f} %", f"{face.after:.1f} %"]
            for face in faces
        ]
        table = _table(titles, rows, texts=2) if rows else ""
        return f"<div><p><b>{title}: {len(faces)}</b></p>{table}</div>"

    def _face_titles(self) -> list[str]:
        return [self._text(N_("Face")), self._text(N_("Photo"))]

    def _face(self, face: int) -> list[str]:
        return [str(face), escape(self._report.photos.get(face, ""))]


def _figure(name: str, value: float) -> str:
    return f"{value:.4f}" if name == "auc10" else f"{value:.2f} %"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """A table of cells that are HTML already, the first `texts` columns texts, the others
    numbers."""

    def row(cells: Sequence[str], tag: str) -> str:
        marks = ["" if k < texts else ' class="number"' for k in range(len(cells))]
        inner = (f"<{tag}{m}>{cell}</{tag}>" for m, cell in zip(marks, cells, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(row(cells, "td") for cells in rows)
    return f"<table>\n{row(titles, 'th')}\n{body}\n</table>"
