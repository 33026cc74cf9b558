"""Use cases: they know the ports and the core, never an adapter, a terminal or a network."""
