"""The supply tree: branch, substation, feeder, transformer area, customer; opened level by level."""
