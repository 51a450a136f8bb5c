"""Use cases over ports: what the door does with what the domain decides."""
