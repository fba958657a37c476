"""A project as a whole: the sample project and the integrity check."""
