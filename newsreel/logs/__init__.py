"""The log of a process: lines that name their crawl and hold no secret, for people or as JSON.

Every record is a `records.Record`, whoever logs it, so no handler sees a secret, those of Scrapy and of tests included;
a filter of the root logger would see only what is logged to the root itself.
"""

from newsreel.logs.attribution import Crawl, crawl_of, enter_crawl
from newsreel.logs.output import FORMATS, LEVELS, crash, fail, is_json, listen, say, set_up, stop_listening
from newsreel.logs.records import clean, guard

__all__ = (
    "FORMATS",
    "LEVELS",
    "Crawl",
    "clean",
    "crash",
    "crawl_of",
    "enter_crawl",
    "fail",
    "guard",
    "is_json",
    "listen",
    "say",
    "set_up",
    "stop_listening",
)
