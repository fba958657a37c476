"""Reports as files: HTML and JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from labeltool.domain import Message, UserError, Verdict, fill
from labeltool.rounds.quality.round_report import RoundReport, make_report
from labeltool.rounds.reports.report_file import write_html, write_json
from labeltool.rounds.reports.report_html import report_html
from pipnet.data.scheme import Scheme
from tests.measured_rounds import add_measured_round
from tests.projects import change, triangle

EYES = Scheme(
    "eyes", ("left & <low>", "right", "nose"), nme_pair=(0, 1),
    regions={"eyes": (0, 1), "<i>wart": (2,)},
)  # fmt: skip


@pytest.fixture
def store(project):
    return project(12, scheme=EYES)


@pytest.fixture
def report(store) -> RoundReport:
    """With every part there is, and names that must be escaped."""
    rng = np.random.default_rng(0)
    for face, label in ((11, triangle(19)), (12, triangle(10))):
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=label)
    faces = range(1, 11)
    add_measured_round(
        store,
        audit={face: triangle(face) for face in faces},
        before={face: triangle(face) + rng.normal(0, 2, (3, 2)) for face in faces},
        after={face: triangle(face) + rng.normal(0, 1, (3, 2)) for face in faces},
        labels={11: triangle(19), 12: triangle(10)},
        predicted={1: triangle(3), 11: triangle(19), 12: triangle(12)},
    )
    change(store, "UPDATE photo SET path = '<script>alert(1)</script>.jpg' WHERE id = 1")
    made = make_report(store, 1)
    return replace(made, round=replace(made.round, name="a <b>bold</b> one", note='it\'s & "so"'))


@pytest.mark.parametrize("kept", [True, False])
def test_a_report_tells_of_an_adjustment_of_the_network(report: RoundReport, kept: bool) -> None:
    told = {"faces": 160, "manual": 60, "before": 4.125, "after": 3.5, "kept": kept}
    row = replace(report.round, summary=report.round.summary | {"adjustment": told})
    found = replace(report, round=row)
    assert found.to_dict()["adjustment"] == told
    words = "Its landmarks are adjusted to what 160 of these faces have in common"
    assert (words in report_html(found)) == kept
    assert ("3.50 % instead of 4.12 %" in report_html(found)) == kept
    assert words not in report_html(report)


class Page(HTMLParser):
    """Every tag that is opened, with its attributes, and the texts in between."""

    EMPTY = ("meta",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style" and data.strip():
            self.texts.append(data.strip())


def test_the_page_needs_nothing_else(report):
    text = report_html(report)
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not {name for name, _ in page.attributes} & {"src", "href", "onload", "onclick"}
    assert not re.search(r"https?:|url\(|@import", text)


def test_names_are_shown_as_they_are(report):
    page = Page(report_html(report))
    assert not {"b>bold", "i"} & set(page.tags)
    shown = "\n".join(page.texts)
    assert "a <b>bold</b> one" in shown
    assert 'it\'s & "so"' in shown
    assert "<script>alert(1)</script>.jpg" in shown
    assert "left & <low>" in shown
    assert "<i>wart" in shown


def test_it_has_every_part(report):
    page = Page(report_html(report))
    shown = "\n".join(page.texts)
    assert f"{report.figures['nme']:.2f} %" in shown
    for title in (
        "Cumulative error distribution", "Error of each landmark", "Error of each region",
        "Worst faces", "Faces whose proposals moved most", "Learned: 1", "Unlearned: 0",
    ):  # fmt: skip
        assert title in shown
    assert page.tags.count("polyline") == 2
    assert page.tags.count("rect") == 3


def test_every_text_of_the_program_is_translated(report):
    def words(message: Message) -> str:
        values = {
            name: words(value) if isinstance(value, Message) else value
            for name, value in message.values.items()
        }
        return f"[{fill(message.template, values)}]"

    page = Page(report_html(report, words, "ko"))
    assert ("lang", "ko") in page.attributes
    names = {*EYES.names, "<i>wart", *report.photos.values()}
    for text in page.texts:
        if text in names or text == report.round.note or text.startswith(EYES.names):
            continue
        rest = re.sub(r"\[.*\]", "", text).replace("a <b>bold</b> one", "")
        assert not re.search(r"[A-Za-z]{2,}", rest), text


def test_a_round_without_audit_faces_has_a_page(store):
    add_measured_round(store, predicted={1: triangle(2)})
    page = Page(report_html(make_report(store, 1)))
    assert any("quality is unknown" in text for text in page.texts)
    assert "svg" not in page.tags


def test_files_are_written_and_replaced(report, tmp_path):
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    for _ in range(2):
        write_html(report, page)
        write_json(report, data)
    assert page.read_text(encoding="utf-8") == report_html(report)
    read = json.loads(data.read_text(encoding="utf-8"))
    assert read["audit"]["nme"] == report.figures["nme"]
    assert read["format"] == "labeltool round report"


@pytest.mark.parametrize("write", [write_html, write_json])
def test_another_file_is_never_replaced(report, tmp_path, write):
    thesis = tmp_path / "thesis"
    thesis.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="it is something else"):
        write(report, thesis)
    assert thesis.read_text(encoding="utf-8") == "{}"


def test_a_place_that_cannot_be_written_is_said(report, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        write_json(report, tmp_path / "file" / "r.json")
