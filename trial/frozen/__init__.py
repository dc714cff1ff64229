"""The released model: file, manifest, card, how it was made, and the only way to call it. Start-up imports none of its libraries."""
