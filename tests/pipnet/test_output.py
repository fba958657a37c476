"""What may be replaced, and that a file appears whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pipnet.models.checkpoint import Checkpoint, save
from pipnet.output import CED, COCO, MODEL, ONNX, PREDICTIONS, OverwriteError, replacing, target_of


def coco_file(path: Path, text: str = "") -> Path:
    data = {"info": {"a": "}"}, "images": [], "annotations": [], "categories": []}
    path.write_text(text or json.dumps(data, indent=1), encoding="utf-8")
    return path


class TestTargetOf:
    def test_a_new_file_and_one_of_the_same_kind(self, tmp_path: Path) -> None:
        new = tmp_path / "new.json"
        assert target_of(new, COCO) == new
        assert target_of(coco_file(new), COCO) == new
        coco_file(new, '\ufeff {"images":[{"id": 1}], "categories" : [], "annotations":[] }\n\n')
        assert target_of(new, COCO) == new

    @pytest.mark.parametrize(
        "text",
        ["", "{}", "[]", '{"faces": []}', '{"images": [], "annotations": [], "categories": [',
         'notes about "images": [], "annotations": [] and "categories": []}'],
    )  # fmt: skip
    def test_text_of_another_kind_is_replaced_by_force_only(
        self, tmp_path: Path, text: str
    ) -> None:
        path = tmp_path / "a.json"
        path.write_text(text)
        with pytest.raises(OverwriteError, match="is not a COCO keypoints file; --force") as caught:
            target_of(path, COCO)
        assert caught.value.forcible
        assert target_of(path, COCO, force=True) == path

    def test_a_photo_under_any_name_is_never_replaced(self, tmp_path: Path) -> None:
        photo = tmp_path / "a.jpg"
        Image.new("RGB", (9, 9)).save(photo)
        os.link(photo, tmp_path / "hard.json")
        (tmp_path / "soft.json").symlink_to(photo)
        for path in (photo, tmp_path / "hard.json", tmp_path / "soft.json"):
            for force in (False, True):
                with pytest.raises(OverwriteError, match="is read by this command") as caught:
                    target_of(path, PREDICTIONS, inputs=[tmp_path / "gone", photo], force=force)
                assert not caught.value.forcible

    def test_folders_devices_and_databases_are_never_replaced(self, tmp_path: Path) -> None:
        database = sqlite3.connect(tmp_path / "a.sqlite")
        database.execute("CREATE TABLE t (x)")
        database.close()
        for path, reason in (
            (tmp_path, "is a folder"),
            (Path(os.devnull), "is no regular file"),
            (tmp_path / "a.sqlite", "is a database"),
        ):
            with pytest.raises(OverwriteError, match=reason) as caught:
                target_of(path, COCO, force=True)
            assert "--force" not in str(caught.value)

    def test_links_are_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link.json").symlink_to("real.json")
        assert target_of(tmp_path / "link.json", COCO) == tmp_path / "real.json"
        with replacing(tmp_path / "link.json") as partial:
            partial.write_text("new")
        assert (tmp_path / "link.json").is_symlink()
        assert (tmp_path / "real.json").read_text() == "new"

    def test_only_files_that_the_commands_write_are_recognised(
        self, tmp_path: Path, make_checkpoint: Callable[..., Checkpoint]
    ) -> None:
        save(make_checkpoint(), tmp_path / "model")
        files = {
            MODEL: (tmp_path / "model").read_bytes(),
            COCO: b'{"images": [], "annotations": [], "categories": []}',
            PREDICTIONS: b'{"faces": [{"image": "a.jpg"}]}',
            CED: b"error,share\r\n0.0,0.0\r\n",
            ONNX: b"\x08\x08\x72\x0d\x0a\x06pipnet\x12\x02{}",
        }
        for kind, content in files.items():
            (tmp_path / "file").write_bytes(content)
            assert [other for other in files if other.recognises(tmp_path / "file")] == [kind]


class TestReplacing:
    def test_what_fails_leaves_the_old_file_and_no_new_folder(self, tmp_path: Path) -> None:
        old = tmp_path / "old"
        old.write_text("old")
        for path in (old, tmp_path / "new" / "folder" / "file"):
            with pytest.raises(TypeError), replacing(path) as partial:
                partial.write_text(5)  # type: ignore[arg-type]
        assert [p.name for p in tmp_path.rglob("*")] == ["old"]
        assert old.read_text() == "old"

    def test_a_full_disk_is_reported_with_the_name_of_the_file(self, tmp_path: Path) -> None:
        def write(partial: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.raises(OSError, match="No space") as caught, replacing(tmp_path / "a") as new:
            write(new)
        assert caught.value.filename == str(tmp_path / "a")
        assert list(tmp_path.iterdir()) == []

    def test_the_longest_names_can_be_written(self, tmp_path: Path) -> None:
        path = tmp_path / ("n" * 250 + ".json")
        with replacing(path) as partial:
            partial.write_text("x")
        assert path.read_text() == "x"
