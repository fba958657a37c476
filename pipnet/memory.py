"""Recognising the errors of libraries whose memory ran out."""

from __future__ import annotations

_WORDS = (
    "can't allocate memory",
    "out of memory",
    "bad_alloc",
    "failed to allocate memory",
    "insufficient memory",
)
"""Messages of torch, ONNX Runtime and OpenCV; on a CPU torch raises a plain RuntimeError."""

_LIBRARIES = ("cv2", "onnxruntime")
"""Their errors are no RuntimeErrors."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on a CPU or a GPU."""
    if isinstance(error, MemoryError):
        return True
    library = type(error).__module__.split(".")[0]
    words = str(error).lower()
    return (isinstance(error, RuntimeError) or library in _LIBRARIES) and any(
        word in words for word in _WORDS
    )
