"""Datasets a statistician expects, after CDISC ADaM: each a declared table of variables, filled from one extract."""
