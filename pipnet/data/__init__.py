"""What goes in: photos, crops, landmark schemes, and files of labels."""
