"""What a project calls right, and what was judged and certified by that."""
