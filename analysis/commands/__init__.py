"""Commands of the analysis, one module a subject."""
