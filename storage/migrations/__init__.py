"""The numbered migrations: add at the end, never edit one that was released."""
