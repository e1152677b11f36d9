"""Tickets: what callers reported or asked, until it is settled; and the business catalogue by which they are filed."""
