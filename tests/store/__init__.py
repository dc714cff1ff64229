"""The store on both engines: one writer, one chain, nothing half saved."""
