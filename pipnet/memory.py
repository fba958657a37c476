"""How a process that only trains should hold its memory."""

from __future__ import annotations

import ctypes
import sys

RESERVED = 4 << 30
"""Bytes of addresses, not of memory: pages are taken as a training touches them."""

HUGE_PAGE = 2 << 20


def keep_memory() -> None:
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
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    trim_threshold, map_threshold, most_maps, huge = -1, -3, -4, 14  # malloc.h, sys/mman.h
    libc.mallopt(trim_threshold, -1)
    libc.mallopt(map_threshold, 1 << 30)
    libc.mallopt(most_maps, 0)
    block = libc.malloc(RESERVED)
    if block:
        first = (block + HUGE_PAGE - 1) // HUGE_PAGE * HUGE_PAGE
        libc.madvise(first, RESERVED - HUGE_PAGE, huge)  # it may say no: nothing is lost
        libc.free(block)
