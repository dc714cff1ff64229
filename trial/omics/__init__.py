"""The omics platform: specimens, tables of features and what they rest on, the missing modalities. Pure, and one worker for files."""
