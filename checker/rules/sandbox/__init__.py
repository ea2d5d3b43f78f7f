"""What goes into the sandbox, and what its evidence means."""
