"""Medical dictionaries as the licence holder receives them, read into one shape: pure, files in and terms out. None is shipped."""
