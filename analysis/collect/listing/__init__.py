"""Sources to entries: what a source says it has, a module for each kind of listing."""
