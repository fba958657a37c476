"""The desk is used on the window's thread only."""

from __future__ import annotations

from functools import partial


def test_using_the_desk_from_another_thread_raises(qtbot, open_window, project):
    session = open_window(project).session
    with qtbot.captureExceptions() as caught:
        session.tasks.write("Flagging", partial(session.desk.batches.toggle_flags, [1, 2]))
        qtbot.waitUntil(lambda: bool(caught))
    assert "used by writes" in str(caught[0][1])


def test_undo_reverts_a_background_batch_before_the_moves_of_the_face(qtbot, open_window, project):
    session = open_window(project).session
    desk = session.desk
    session.writes.submit_for_face(partial(desk.edits.move, 30, 10.0, 10.0))
    assert str(desk.undo_stack.undo_text) == "move"
    session.tasks.write(
        "Flagging", partial(session.store.decisions.flag, desk.reviewer, [5, 6], True)
    )
    qtbot.waitUntil(lambda: session.store.faces.get(5).flag)
    qtbot.waitUntil(lambda: str(desk.undo_stack.undo_text) != "move")
    session.undo_redo.undo()
    assert not session.store.faces.get(5).flag
    assert session.store.faces.get(1).draft is not None
