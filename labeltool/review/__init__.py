"""The desk: queue, the face on it, its unsaved moves and every decision. No Qt, no SQL."""
