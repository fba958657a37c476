"""Memory: huge pages, and keeping freed memory for reuse."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
from numpy.typing import NDArray

RESERVED_BYTES = 4 << 30
"""Address space that is reserved; pages are allocated when a training first writes them."""

HUGE_PAGE_BYTES = 2 << 20

_MADV_HUGEPAGE = 14  # sys/mman.h


def advise_huge_pages(block: NDArray[np.uint8]) -> None:
    """Ask the kernel to back a large, still unwritten block with huge pages. Linux only.

    NumPy does this for its own arrays; this is for memory that another library allocated.
    """
    if sys.platform == "linux" and block.nbytes > 2 * HUGE_PAGE_BYTES:
        _advise(block.ctypes.data, block.nbytes)


def _advise(begin: int, size: int) -> None:
    """Advise huge pages for the whole pages of a block; harmless if the kernel refuses."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    first = (begin + HUGE_PAGE_BYTES - 1) // HUGE_PAGE_BYTES * HUGE_PAGE_BYTES
    libc.madvise(first, begin + size - first, _MADV_HUGEPAGE)


def retain_freed_memory() -> None:
    """Let this process keep freed memory for reuse, in huge pages if available. Linux with glibc.

    By default glibc returns each freed tensor of tens of megabytes to the kernel, and the next step
    faults it in again page by page, which takes a fifth of a training step on a CPU. Only for
    processes that train and exit: the memory of the process never shrinks again.
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
    block = libc.malloc(RESERVED_BYTES)
    if block:
        _advise(block, RESERVED_BYTES)
        libc.free(block)
