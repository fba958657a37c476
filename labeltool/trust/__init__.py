"""Accepting many faces with a guarantee: statistics, sessions and certificates, without Qt."""
