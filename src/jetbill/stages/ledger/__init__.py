"""The realm's double-entry ledger: append-only, balanced, one row per posting."""
