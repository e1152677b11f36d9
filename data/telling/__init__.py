"""Who has to be told of an outage, and who asked to be called when power is back."""
