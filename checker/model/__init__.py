"""The nouns of Proctor: frozen values without I/O. Nothing here imports any other part."""
