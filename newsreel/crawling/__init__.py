"""Runs spiders: the catalogue as Scrapy sees it, and batches of crawls on one reactor."""
