"""How what is known travels: the hub half and the replica half."""
