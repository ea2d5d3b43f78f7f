"""Changes to YAML files that people wrote: comments, order and quotes stay as they are."""
