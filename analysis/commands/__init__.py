"""Commands of the analysis, a module a subject; `analysis/cli.py` adds them to `vigil`."""
