"""The face search process: `labeltool worker --detect`.

Reads one photo path per line (JSON) from stdin and writes one JSON line for each, until stdin ends.
It is a process of its own because the face detector would block the window's thread, and so that a
photo that crashes a decoder ends only this process.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from labeltool.domain import photo_problem, system_reason
from labeltool.rounds.quality.fingerprints import fingerprint
from pipnet.data.images import ImageError, read_header, read_image
from pipnet.inference.face_detection import FaceDetector, load_face_detector


def serve() -> int:
    """Answer requests until stdin ends."""
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)
    face_detector = load_face_detector()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        answer = search_photo(Path(json.loads(line)), face_detector)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def search_photo(photo: Path, face_detector: FaceDetector) -> dict[str, Any]:
    """What `Photos.save_search_results` keeps of a photo, without its id."""
    try:
        header = read_header(photo)
        status = photo.stat()
        image = read_image(photo)
        digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    except ImageError as error:
        return {"problem": photo_problem(error).to_dict()}
    except OSError as error:
        broken = ImageError(photo, "could not be read: {why}", {"why": str(system_reason(error))})
        return {"problem": photo_problem(broken).to_dict()}
    return {
        "sha256": digest,
        "bytes": status.st_size,
        "modified": status.st_mtime_ns,
        "width": header.width,
        "height": header.height,
        "fingerprint": fingerprint(image),
        "faces": [(face.box, face.confidence) for face in face_detector(image)],
    }
