"""What is odd about a policy, without asking anybody."""
