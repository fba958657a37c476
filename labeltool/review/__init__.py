"""Reviewing: the queue, the open face, its landmark edits, decisions. No Qt, no SQL."""
