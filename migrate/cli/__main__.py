"""python -m migrate.cli"""

from migrate.cli.app import main

main()
