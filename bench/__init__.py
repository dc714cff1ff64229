"""Benchmarks: each module measures one thing and says what it may take. `python -m bench` runs them."""
