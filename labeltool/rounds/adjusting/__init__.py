"""Proposals that are adjusted to what corrections have in common."""
