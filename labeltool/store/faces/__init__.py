"""Photos, faces and boxes, and the queries on them."""
