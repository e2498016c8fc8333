"""Lets a process of Newsreel kill itself at a named point: in the middle of storing, indexing, counting, scheduling."""
