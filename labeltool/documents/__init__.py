"""Files that the program writes for people and for other programs, and reads back."""
