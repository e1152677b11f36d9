"""What an agent tells a caller: sentences made from templates and from what is known, never more."""
