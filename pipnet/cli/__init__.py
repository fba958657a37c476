"""The commands of `pipnet`, a module for each group."""
