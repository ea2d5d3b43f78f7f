"""What any sandbox must show, whatever it is made of; see `behaviours.py` and docs/sandbox-corpus.md."""
