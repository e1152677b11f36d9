"""Seeing what is masked, and forgetting what need not be kept."""
