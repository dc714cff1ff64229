"""Interim analyses: bounds, the present look, stopping rules, sample size, and who may see them."""
