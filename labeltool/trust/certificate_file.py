"""Writes a certificate to a file: as JSON for programs, or as a page that a customer reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from labeltool.documents.files import write_text
from labeltool.documents.html_page import Words, html_page, html_table
from labeltool.domain import N_, Message
from labeltool.trust.acceptance_settings import AcceptanceSettings
from labeltool.trust.certificate import FORMAT
from labeltool.trust.detection_curve import DetectionCurve
from labeltool.trust.planting import SHIFT_SIZES
from pipnet.output import FileKind

MARK = FORMAT
"""Names the generator of the page, by which an earlier certificate is recognised."""

_STYLE = """
body { max-width: 46rem; } p.headline { font-size: 1.25rem; }
"""


TABLE_STYLE = "td, th { padding-right: 16px; }"
"""For what draws the page and knows pixels alone."""


def _is_page(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return f'content="{MARK}"' in file.read(500)


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        begins = file.read(1)
        file.seek(0)
        return begins == b"{" and f'"format":"{FORMAT}"'.encode() in file.read()


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


PAGE = FileKind("a certificate", _is_page)
JSON = FileKind("a certificate", _is_json)
PDF = FileKind("a PDF page", _is_pdf)


def write_certificate(document: str, out: Path, words: Words = str, language: str = "en") -> None:
    """Write a certificate's JSON, or its page if the name ends in .html.

    Raises:
        UserError: the file is there and no certificate, or cannot be written.
    """
    if out.suffix.lower() in (".html", ".htm"):
        write_text(out, PAGE, certificate_html(json.loads(document), words, language))
    else:
        write_text(out, JSON, document)


def certificate_html(values: dict[str, Any], words: Words = str, language: str = "en") -> str:
    """The page, which needs no other file. `values`: of the JSON; `words` translates."""

    def text(template: str, **named: object) -> str:
        return escape(words(Message(template, **named)))

    settings = AcceptanceSettings.from_dict(values["settings"])
    total = sum(group["held"] for group in values["groups"])
    made = values["made"][:16].replace("T", " ")
    title = text(N_("Certificate {name}"), name=values["digest"][:10])
    by = text(N_("Made {time} UTC by {reviewer}"), time=made, reviewer=values["reviewer"])
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="faint">{by}</p>',
        f'<p class="headline">{escape(words(settings.sentence(total)))}</p>',
        _sample(values, settings, text), _reviewer(values, settings, text), _details(values, text),
    ]  # fmt: skip
    return html_page(title, parts, MARK, language, _STYLE)


Text = Callable[..., str]


def _sample(values: dict[str, Any], settings: AcceptanceSettings, text: Text) -> str:
    real = [each for each in values["judgements"] if each["kind"] == "real"]
    wrong = sum(not each["right"] for each in real)
    said = text(
        N_(
            "{count:,} of them, drawn at random, were looked at one by one; {wrong:,} were wrong, "
            "and are not among the {accepted:,} accepted ones."
        ),
        count=len(real), wrong=wrong, accepted=values["accepted"],
    )  # fmt: skip
    titles = [text(N_("Faces")), text(N_("Looked at")), text(N_("Wrong"))]
    rows = [
        [f"{each['size']:,}", f"{each['looked_at']:,}", f"{each['wrong']:,}"]
        for each in values["results"]
    ]
    names = [values["groups"][each["group"]]["name"] for each in values["results"]]
    if any(names):
        is_pose = settings.grouped_by == "pose"
        titles.insert(0, text(N_("Pose")) if is_pose else text(N_("Folder")))
        words = [text(name) if is_pose else escape(name) for name in names]
        rows = [[word, *row] for word, row in zip(words, rows, strict=True)]
    return f"<p>{said}</p>" + html_table(titles, rows, texts=1 if any(names) else 0)


def _reviewer(values: dict[str, Any], settings: AcceptanceSettings, text: Text) -> str:
    words = text(N_("How well the reviewer finds wrong faces"))
    title = f"<h2>{words}</h2>"
    if not settings.measure_reviewer:
        said = text(N_("It was not measured: the guarantee trusts that every wrong face is seen."))
        return f"{title}<p>{said}</p>"
    found = values["detection"]
    said = text(
        N_(
            "{found} of {planted} faces that were shown with a known shift were found. The "
            "guarantee reckons with {lowest} %, the least that this shows."
        ),
        found=found["found"], planted=found["planted"], lowest=f"{found['lowest'] * 100:.0f}",
    )  # fmt: skip
    parts = [title, f"<p>{said}</p>"]
    if found["curve"] is not None:
        curve = DetectionCurve(**found["curve"])
        titles = [text(N_("Shift in tolerances")), text(N_("Found"))]
        rows = [[f"{size:g}", f"{curve.share(size) * 100:.0f} %"] for size in SHIFT_SIZES]
        parts.append(html_table(titles, rows, texts=0))
    if found["repeats"]:
        again = text(
            N_("Of {repeats} faces shown twice, {differing} were judged differently."),
            repeats=found["repeats"], differing=found["differing"],
        )  # fmt: skip
        parts.append(f"<p>{again}</p>")
    return "".join(parts)


def _details(values: dict[str, Any], text: Text) -> str:
    rows = {
        text(N_("Models")): ", ".join(values["models"]),
        text(N_("Program")): f"labeltool {values['program']}",
        text(N_("Project")): values["project"],
        text(N_("Seed")): values["seed"],
        text(N_("Digest")): values["digest"],
    }
    lines = "".join(
        f'<p class="faint">{name}: {escape(str(row))}</p>' for name, row in rows.items()
    )
    how = text(
        N_("To check it, run 'labeltool certificate verify' on the JSON file of this certificate.")
    )
    return f"<h2>{text(N_('Details'))}</h2><p>{how}</p>{lines}"
