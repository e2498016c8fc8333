"""The table of hosts: when each may be asked again, and its robots.txt."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table

from storage.columns import UtcTime, Words
from storage.metadata import metadata

hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("not_before", UtcTime),
    Column("crawl_delay", Float),
    Column("failures", Integer, nullable=False, default=0),
    Column("robots_status", String),
    Column("robots_body", Words),
    Column("robots_at", UtcTime),
    Column("robots_failures", Integer),
    Column("robots_retry_at", UtcTime),
    Column("robots_code", String),
    Column("robots_problem", Words),
    Column("free_at", UtcTime),
    Column("latency", Float),
)
