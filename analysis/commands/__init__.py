"""Commands of the analysis, one module a subject; `analysis.cli` registers them under `vigil`."""
