"""Scrapy extensions: what stands beside a crawl and records it."""
