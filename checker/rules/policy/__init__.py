"""What the policy allows, and what a change to it does."""
