"""What `lock`, `explain` and `tree` do, without options or printing."""
