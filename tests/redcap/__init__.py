"""REDCap projects as studies of ours, and back."""
