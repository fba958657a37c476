"""Certificates: from a file of judgements to a third party who checks them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeltool.domain import Verdict
from labeltool.store import Store
from labeltool.trust.certificate import canonical, digest_of, digest_of_set
from tests.commands import labeltool
from tests.projects import change, make_project, propose, sql, triangle, verdicts, write_photos

FACES = 150
LABELS = 8


def filled(folder: Path) -> Store:
    store = make_project(folder, FACES + LABELS)
    propose(store, range(1, FACES + LABELS + 1), 0.5)
    store.decisions.decide("ann", list(range(FACES + 1, FACES + LABELS + 1)), Verdict.ACCEPTED)
    return store


def judge(file: Path, wrong: int = 0) -> None:
    """Judge a drawn file: shifted faces are wrong, and so are the first `wrong` others."""
    values = json.loads(file.read_text("utf-8"))
    for row in values["faces"]:
        number = int(Path(row["photo"]).stem) + 1
        right = row["points"] == triangle(number).tolist()
        if right and wrong:
            right, wrong = False, wrong - 1
        row["right"] = right
    file.write_text(json.dumps(values), "utf-8")


@pytest.fixture(scope="module")
def accepted(tmp_path_factory):
    """A project whose faces were accepted by a file, and the certificate's JSON file."""
    folder = tmp_path_factory.mktemp("accepted")
    filled(folder / "p").close()
    drawn = labeltool("accept", folder / "p", "--draw", folder / "draw.json")
    assert drawn.returncode == 0, drawn.stderr
    judge(folder / "draw.json")
    done = labeltool("accept", folder / "p", "--certified", folder / "draw.json")
    assert done.returncode == 0, done.stderr
    assert f"Accepted {FACES} faces" in done.stdout
    assert "At most 5 % of these 150 faces" in done.stdout
    name = done.stdout.split()[-1].rstrip(".")[:12]
    out = labeltool("certificate", "export", folder / "p", name, folder / "c.json")
    assert out.returncode == 0, out.stderr
    return folder


def test_a_judged_file_accepts_without_a_window(accepted):
    listed = labeltool("certificate", "list", accepted / "p").stdout
    assert f"{FACES} faces accepted" in listed
    good = labeltool("certificate", "verify", accepted / "c.json", accepted / "p")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "At most 5 %" in good.stdout


def test_a_third_party_needs_no_project(accepted):
    alone = labeltool("certificate", "verify", accepted / "c.json")
    assert alone.returncode == 0, alone.stdout
    text = (accepted / "c.json").read_text("utf-8")
    assert text == canonical(json.loads(text))


def forged(accepted: Path, tmp_path: Path, change_it, *, sign: bool = True) -> str:
    """What the check says of a changed certificate; `sign`: with a digest that fits."""
    values = json.loads((accepted / "c.json").read_text("utf-8"))
    change_it(values)
    if sign:
        for group in values["groups"]:
            group["digest"] = digest_of_set(group["faces"])
        values["digest"] = digest_of(values)
    (tmp_path / "forged.json").write_text(canonical(values), "utf-8")
    found = labeltool("certificate", "verify", tmp_path / "forged.json")
    assert found.returncode == 1
    return found.stdout


def test_a_forged_certificate_is_found_out(accepted, tmp_path):
    def judgement(values, kind):
        return next(each for each in values["judgements"] if each["kind"] == kind)

    def drop_wrong(values):
        values["judgements"] = [each for each in values["judgements"] if each["number"] != 2]

    for change_it, said in (
        (lambda v: v.update(reviewer="eve"), "The digest does not fit"),
        (lambda v: v["groups"][0]["faces"][0].__setitem__(1, "0"), "digest of the faces"),
    ):
        assert said in forged(accepted, tmp_path, change_it, sign=False)
    for change_it, said in (
        (lambda v: v["settings"].update(limit=0.01), "statement is not what"),
        (lambda v: judgement(v, "real").update(right=False), "another one than stated"),
        (lambda v: judgement(v, "planted").update(right=True), "which is not stated"),
        (lambda v: v.update(seed="other"), "not those that the seed draws"),
        (drop_wrong, ""),
        (lambda v: v.update(accepted=FACES + 1), "More faces were accepted"),
        (lambda v: v["detection"].update(lowest=1.0), "not stated"),
        (lambda v: v["results"][0].update(e_value=1e9), "another one than stated"),
        (lambda v: v.pop("judgements"), "damaged"),
        (lambda v: v["groups"][0].pop("sizes"), "damaged"),
    ):
        assert said in forged(accepted, tmp_path, change_it)


def test_a_project_that_changed_is_named(accepted, tmp_path):
    other = make_project(tmp_path / "other", 1)
    change(other, "UPDATE project SET uuid = 'other'")
    other.close()
    found = labeltool("certificate", "verify", accepted / "c.json", tmp_path / "other")
    assert found.returncode == 1
    assert "of another project" in found.stdout


def test_changed_photos_and_proposals_are_counted(tmp_path):
    store = filled(tmp_path / "p")
    write_photos(tmp_path / "photos", FACES + LABELS)
    store.close()
    draw, out = tmp_path / "d.json", tmp_path / "c.json"
    labeltool("accept", tmp_path / "p", "--draw", draw, "--no-planted")
    judge(draw)
    done = labeltool("accept", tmp_path / "p", "--certified", draw)
    name = done.stdout.split()[-1][:10]
    labeltool("certificate", "export", tmp_path / "p", name, out)
    files = labeltool("certificate", "verify", out, tmp_path / "p", "--photos")
    assert files.returncode == 1
    assert f"The files of {FACES} photos" in files.stdout  # whose hashes were made up
    from labeltool.store import open_project

    store = open_project(tmp_path / "p")
    change(store, "UPDATE photo SET sha256 = 'other' WHERE id = 3")
    change(store, "UPDATE prediction SET points = zeroblob(48) WHERE face_id IN (4, 5)")
    store.close()
    found = labeltool("certificate", "verify", out, tmp_path / "p")
    assert found.returncode == 1
    assert "1 photos are others" in found.stdout
    assert "2 proposals are others" in found.stdout


def test_a_page_says_it_to_a_customer(accepted):
    name = json.loads((accepted / "c.json").read_text("utf-8"))["digest"][:10]
    page = accepted / "c.html"
    done = labeltool("certificate", "export", accepted / "p", name, page)
    assert done.returncode == 0, done.stderr
    text = page.read_text("utf-8")
    assert "150" in text
    assert name in text
    assert "<script" not in text
    assert labeltool("certificate", "export", accepted / "p", name, page).returncode == 0
    (accepted / "notes.html").write_text("mine", "utf-8")
    refused = labeltool("certificate", "export", accepted / "p", name, accepted / "notes.html")
    assert refused.returncode == 1
    assert (accepted / "notes.html").read_text("utf-8") == "mine"


def test_too_many_wrong_faces_are_refused_and_the_judgements_kept(tmp_path):
    filled(tmp_path / "p").close()
    draw = tmp_path / "d.json"
    labeltool("accept", tmp_path / "p", "--draw", draw, "--no-planted")
    judge(draw, wrong=1)
    refused = labeltool("accept", tmp_path / "p", "--certified", draw)
    assert refused.returncode == 1
    assert "does not hold yet" in refused.stderr
    again = labeltool("accept", tmp_path / "p", "--draw", tmp_path / "e.json", "--no-planted")
    assert again.returncode == 0, again.stderr
    judge(tmp_path / "e.json")
    done = labeltool("accept", tmp_path / "p", "--certified", tmp_path / "e.json")
    assert done.returncode == 0, done.stderr
    assert f"Accepted {FACES - 1} faces" in done.stdout


def test_files_that_do_not_fit_are_refused(tmp_path):
    filled(tmp_path / "p").close()
    draw, bad = tmp_path / "d.json", tmp_path / "bad.json"
    labeltool("accept", tmp_path / "p", "--draw", draw)

    def refused(values) -> str:
        bad.write_text(values if isinstance(values, str) else json.dumps(values), "utf-8")
        result = labeltool("accept", tmp_path / "p", "--certified", bad)
        assert result.returncode == 1
        return result.stderr

    assert "cannot be read" in labeltool("accept", tmp_path / "p", "--certified", "no").stderr
    for text in ("", "[]", '{"format": "labeltool draw"}', "{"):
        assert "not a file of judged faces" in refused(text)
    values = json.loads(draw.read_text("utf-8"))
    assert "are not judged" in refused(values)
    judge(draw)
    values = json.loads(draw.read_text("utf-8"))
    assert "another project" in refused(values | {"acceptance": "x"})
    assert "was not drawn" in refused(values | {"faces": [*values["faces"], {"token": "x"}]})
    assert "was not drawn" in refused(values | {"faces": values["faces"] * 2})
    assert "not judged" in refused(values | {"faces": values["faces"][1:]})
    short = [dict(values["faces"][0], right=False, corrected=[[1, 2]]), *values["faces"][1:]]
    assert "not 3 points" in refused(values | {"faces": short})
    from labeltool.store import open_project

    store = open_project(tmp_path / "p")
    assert sql(store, "SELECT count(*) FROM judgement WHERE answer IS NOT NULL") == [(0,)]
    assert verdicts(store).count(Verdict.ACCEPTED) == LABELS
    store.close()
    assert labeltool("accept", tmp_path / "p").returncode == 2
    assert labeltool("accept", tmp_path / "p", "--draw", "x", "--min-score", "1").returncode == 2
