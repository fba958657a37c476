"""One landmark of many faces, page by page."""
