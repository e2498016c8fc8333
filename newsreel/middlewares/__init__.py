"""The fetch door: every request of a crawl passes the same guard, robots.txt, turn-taking and budgets."""
