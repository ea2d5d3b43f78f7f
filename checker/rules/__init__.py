"""What the standards and the policy say, as pure functions: nothing here reads, asks or prints."""
