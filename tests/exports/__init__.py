"""What leaves the trial as data."""
