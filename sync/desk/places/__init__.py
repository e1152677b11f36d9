"""Pages that look places up: lookup, supply tree, map."""
