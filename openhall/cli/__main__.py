"""`python -m openhall.cli` does what `openhall` does."""

from openhall.cli import main

if __name__ == "__main__":
    main()
