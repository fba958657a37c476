"""What more labels would bring."""
