"""Schema migrations. They import no application code: what a table was on the day a migration was written does not change later."""
