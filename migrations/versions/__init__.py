"""Sortable names: YYYYMMDD_NNNN_what.py."""
