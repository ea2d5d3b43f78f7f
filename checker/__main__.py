"""`python -m checker` is `proctor`."""

from checker.cli import main

if __name__ == "__main__":
    main()
