"""Which errors mean that memory ran out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from pipnet.memory import is_out_of_memory


def test_the_allocators_of_the_libraries() -> None:
    with pytest.raises(RuntimeError) as of_torch:
        torch.zeros(1 << 50)
    with pytest.raises(cv2.error) as of_opencv:
        cv2.resize(np.zeros((1, 1, 3), np.uint8), (1 << 25, 1 << 25), interpolation=0)
    with pytest.raises(MemoryError) as of_numpy:
        np.empty(1 << 60, np.uint8)
    for caught in (of_torch, of_opencv, of_numpy):
        assert is_out_of_memory(caught.value), caught.value
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."))


def test_nothing_else() -> None:
    with pytest.raises(cv2.error) as caught:
        cv2.resize(np.zeros((0, 0), np.uint8), (4, 4))
    assert not is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("shapes differ"))
    assert not is_out_of_memory(ValueError("out of memory"))
