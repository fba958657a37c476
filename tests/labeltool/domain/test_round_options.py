"""Choices for a training round."""

from __future__ import annotations

import pytest

from labeltool.domain import UserError
from labeltool.domain.round_options import RoundOptions


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"backbone": "resnet18"}, "starts from ImageNet"),
        ({"start": "starter", "backbone": "resnet18"}, "starts from ImageNet"),
        ({"full": True, "pseudo": False}, "without pseudo-labels"),
        ({"epochs": 0}, "at least one epoch"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(choices, words):
    with pytest.raises(UserError, match=words):
        RoundOptions(**choices)


def test_the_values_of_a_spec_give_the_choices_again():
    options = RoundOptions("imagenet", "mobilenet_v3", epochs=3, until_converged=True)
    assert RoundOptions(**options.to_dict()) == options
