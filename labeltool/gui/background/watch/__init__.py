"""What follows the changes of a project by itself: checks, and what a face costs."""
