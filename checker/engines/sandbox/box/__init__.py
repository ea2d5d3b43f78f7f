"""The box: a container, its phases, and what is seen of them from outside and inside."""
