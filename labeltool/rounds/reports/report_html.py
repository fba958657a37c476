"""A round's report as one HTML page that needs no other file and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from labeltool.checks.landmark_names import landmark_message
from labeltool.documents.html_page import Words, html_page, html_table
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
body { max-width: 60rem; } p.headline { font-size: 1.15rem; }
.columns { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
"""


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
        return html_page(title, parts, MARK, self._language, _STYLE + CHART_STYLE)

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
        table = html_table([self._text(N_("Figure")), *columns], rows)
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
        return self._title(N_("Error of each region")) + html_table(titles, rows)

    def _worst(self) -> str:
        if not self._report.worst:
            return ""
        rows = [[*self._face(face), f"{nme:.2f} %"] for face, nme in self._report.worst]
        titles = [*self._face_titles(), self._text(N_("Error"))]
        return self._title(N_("Worst faces")) + html_table(titles, rows, texts=2)

    def _moved(self) -> str:
        movement = self._report.movement
        if movement is None:
            return ""
        rows = [[*self._face(face), f"{moved * 100:.2f} %"] for face, moved in movement.most]
        titles = [*self._face_titles(), self._text(N_("Movement"))]
        mean = escape(self._words(movement_sentence(movement)))
        title = self._title(N_("Faces whose proposals moved most"))
        return f"{title}<p>{mean}</p>" + html_table(titles, rows, texts=2)

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
        table = html_table(titles, rows, texts=2) if rows else ""
        return f"<div><p><b>{title}: {len(faces)}</b></p>{table}</div>"

    def _face_titles(self) -> list[str]:
        return [self._text(N_("Face")), self._text(N_("Photo"))]

    def _face(self, face: int) -> list[str]:
        return [str(face), escape(self._report.photos.get(face, ""))]


def _figure(name: str, value: float) -> str:
    return f"{value:.4f}" if name == "auc10" else f"{value:.2f} %"
