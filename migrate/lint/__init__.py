"""Configuration files checked against the options that their pinned release knows."""
