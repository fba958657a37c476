"""What an import of labels would do, before anything is stored."""
