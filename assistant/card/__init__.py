"""What a record's card says: who supplies it, whom to call, its state, and the script."""
