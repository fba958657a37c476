"""Label files of other tools and data sets: read by `read_labels`, whatever their format.

Each module knows the origin, the order and the traps of one format. To add one, write a module with
a `FormatReader` and put it into the table in `pipnet/formats/registry.py`.
"""
