"""Datasets as files: CSV, Parquet, XPT, Stata, and a folder for R. The only room that knows pyarrow and pyreadstat."""
