"""From what was typed to the records that are meant, best first. Knows no card and no screen."""
