"""Proposes, subtracts, drafts and issues: every document of a realm and its lines."""
