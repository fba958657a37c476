"""Names and notes of rounds, and their files on the disk."""
