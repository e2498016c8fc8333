"""Doors that lead on to others, over real sockets."""

from __future__ import annotations

from pathlib import Path

from crawl_process import crawl, entry, look
from hostile import HostileWeb, answer, feed, story

NETWORK = "127.92.0.0/16"
RSS, XML = "application/rss+xml", "application/xml"


def test_a_sitemap_at_an_address_that_no_index_takes_is_left_alone_and_named(tmp_path: Path) -> None:
    web = HostileWeb(NETWORK)
    with web:
        site = web.add("tide", {"/found": answer(story("the found"))})
        long = f"{site.base}/map-{'x' * 3000}.xml"
        files = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in (long, f"{site.base}/map.xml"))
        site.pages["/feed"] = answer(feed([]), kind=RSS)
        site.pages["/maps.xml"] = answer(f"<sitemapindex>{files}</sitemapindex>", kind=XML)
        site.pages["/map.xml"] = answer(f"<urlset><url><loc>{site.base}/found</loc></url></urlset>", kind=XML)
        table = entry("tide", site, site.base + "/feed", f'sitemaps = ["{site.base}/maps.xml"]')
        (tmp_path / "outlets.toml").write_text(table, encoding="utf-8")
        done = crawl(tmp_path, "--all", network=NETWORK)
        asked = [each.path for each in web.asked()]
    seen = look(tmp_path, done.returncode, done.stderr)
    assert "1 addresses that it leads to are too long" in seen.log
    assert seen.outcomes("tide") == ["new"]
    assert not [path for path in asked if "xxx" in path]
