"""Writes whatever in the documentation can be known from the code, so that it is never typed and never out of date."""
