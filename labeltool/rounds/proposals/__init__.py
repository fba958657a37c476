"""Proposals that need no worker: one face at once, and the mean face."""
