"""`python -m noroshi`: the command line."""

from noroshi.cli import main

if __name__ == "__main__":
    main()
