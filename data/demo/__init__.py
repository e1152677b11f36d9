"""The demo network: the real areas of Huludao, with an invented and repeatable supply network and customers."""

from data.demo.records import FEWEST_CUSTOMERS, MOST_CUSTOMERS, demo_records

__all__ = ["FEWEST_CUSTOMERS", "MOST_CUSTOMERS", "demo_records"]
