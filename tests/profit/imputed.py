"""What would the money cost that lies in receivables and in goods kept for a customer?"""
from collections import defaultdict
from decimal import Decimal


def costs(company):
    """{(period, entity, customer): reporting amount}; not computed here yet."""
    return defaultdict(Decimal)
