"""What a checkout of Proctor needs and an installation does not: set-up, demo, maintenance."""
