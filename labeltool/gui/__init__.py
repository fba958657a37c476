"""The windows: views read the session, call its operations and redraw on `changed`."""
