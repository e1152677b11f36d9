"""What people enter at a PC, kept until the hub has it."""
