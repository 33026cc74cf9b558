"""The command line: the only place that knows click and rich, and the only one that prints."""
