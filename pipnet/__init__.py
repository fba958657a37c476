"""PIPNet facial landmark detection: schemes, training, prediction and metrics.

Importing the package is cheap: torch is loaded only by the modules that need it.
"""

__version__ = "0.1.0"
