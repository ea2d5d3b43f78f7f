"""Images: layers from checked wheels, put together and loaded; nothing of a skill runs meanwhile."""
