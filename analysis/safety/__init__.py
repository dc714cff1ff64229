"""Safety: periods with denominators and exposure, adverse events in them, laboratory, operations, deaths (PROTOCOL 7, 9; ICH E3 14.3)."""
