"""The database itself: connections, locks, schema, counters, errors."""
