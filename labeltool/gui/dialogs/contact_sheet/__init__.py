"""One landmark of many faces as aligned patches, to find the wrong ones at a glance."""
