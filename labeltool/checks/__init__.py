"""Checks of landmarks: what is wrong with a face, said in a sentence and mended by one key.

Pure arrays: no window, no database. `check_faces.check` runs all of them over many faces at once.
"""
