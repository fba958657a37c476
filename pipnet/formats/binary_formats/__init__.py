"""Formats of MATLAB and HDF5 files."""
