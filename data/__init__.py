"""What is known: the records, their history, the ready-to-search cache. Imports nothing else of Switchboard."""
