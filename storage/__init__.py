"""All SQL: articles, revisions, pages, runs, source state, memory, search, statistics."""
