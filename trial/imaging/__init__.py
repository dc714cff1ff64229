"""Files somebody sent: read, stripped of what identifies a person, written anew. Loaded in a limited child process only."""
