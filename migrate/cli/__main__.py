"""Run the program by python -m migrate.cli, without its script."""

from migrate.cli.app import main

main()
