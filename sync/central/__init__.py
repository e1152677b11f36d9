"""Central systems: what they hold is read by a mapping file and brought into the hub's store."""
