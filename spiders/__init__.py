"""The spiders. Only spiders live here: Scrapy imports every module."""
