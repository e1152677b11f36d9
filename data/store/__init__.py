"""The hub's store: its tables, its transactions, and the log and the audit trail that these leave."""
