"""What politeness and conditional requests go by: the doors of sources, and the hosts."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table

from storage.columns import UtcTime, Words
from storage.metadata import metadata

doors = Table(
    "doors",
    metadata,
    Column("source", String, primary_key=True),
    Column("url", Words, primary_key=True),
    Column("kind", String, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", String),
    Column("outcome", String),
    Column("problem", Words),
    Column("checked_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime),
    Column("found", Integer),
    Column("unread", Integer),
    Column("read_at", UtcTime),
    Column("distrusted_at", UtcTime),
    Column("failures", Integer),
    Column("failing_since", UtcTime),
    Column("moved_to", Words),
    Column("moved_at", UtcTime),
)

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

TABLES = (doors, hosts)
