"""Memory: how a training keeps it in huge pages, and errors that say there is not enough."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
from numpy.typing import NDArray

RESERVED = 4 << 30
"""Bytes of addresses, not of memory: pages are taken as a training touches them."""

HUGE_PAGE = 2 << 20

_MADV_HUGEPAGE = 14  # sys/mman.h


def advise_huge_pages(block: NDArray[np.uint8]) -> None:
    """Ask the system to hold a large block that is not written yet in huge pages. Linux only.

    Arrays of numpy are held so already; this is for the memory of others behind one.
    """
    if sys.platform == "linux" and block.nbytes > 2 * HUGE_PAGE:
        _advise(block.ctypes.data, block.nbytes)


def _advise(begin: int, size: int) -> None:
    """For the whole pages of a block; the system may say no, and nothing is lost."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    first = (begin + HUGE_PAGE - 1) // HUGE_PAGE * HUGE_PAGE
    libc.madvise(first, begin + size - first, _MADV_HUGEPAGE)


def retain_freed_memory() -> None:
    """Let this process keep what it frees, in huge pages where the system has them. Linux only.

    The C library gives each freed tensor of tens of megabytes back to the system, and the next step
    gets it again page by page: on a CPU a fifth of the time of a training step. For programs that
    train and end; the memory of others would never shrink again.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt"):  # a C library other than GNU's
        return
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    trim_threshold, map_threshold, most_maps = -1, -3, -4  # malloc.h
    libc.mallopt(trim_threshold, -1)
    libc.mallopt(map_threshold, 1 << 30)
    libc.mallopt(most_maps, 0)
    block = libc.malloc(RESERVED)
    if block:
        _advise(block, RESERVED)
        libc.free(block)


_OUT_OF_MEMORY = (
    "can't allocate memory",
    "out of memory",
    "bad_alloc",
    "failed to allocate memory",
)
"""What torch, ONNX Runtime and OpenCV say; on a CPU torch has no exception of its own for it."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is not enough memory, on a CPU or a GPU."""
    if isinstance(error, MemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(word in words for word in _OUT_OF_MEMORY)
