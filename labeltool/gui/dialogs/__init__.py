"""One dialog a module: each asks one thing and changes nothing by itself."""
