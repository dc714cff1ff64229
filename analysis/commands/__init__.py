"""Commands of the analysis, a module a subject; `analysis.cli.register` adds them to `vigil`."""
