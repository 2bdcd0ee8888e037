"""The screen. Of `feeds` it imports only `topics`, `text` and `settings`."""
