"""Copies of shared settings are set apart from each other."""

from __future__ import annotations

from scrapy.settings import BaseSettings, Settings

from newsreel.crawling.shared import SharedSettings


def test_a_copy_has_all_values_and_priorities_and_changes_alone() -> None:
    shared = SharedSettings()
    shared.setmodule("newsreel.settings", priority="project")
    shared.set("NEWSREEL_DATABASE", "sqlite:///here.db", priority="cmdline")
    shared.freeze()
    deep, copy = Settings.copy(shared), shared.copy()
    assert copy.copy_to_dict() == deep.copy_to_dict() == shared.copy_to_dict()
    assert {name: copy.getpriority(name) for name in copy} == {name: deep.getpriority(name) for name in deep}

    copy.set("NEWSREEL_DATABASE", "sqlite:///there.db", priority="cmdline")
    copy["DOWNLOADER_MIDDLEWARES"].set("own.Middleware", 5)
    copy.add_to_list("SPIDER_MODULES", "own")
    assert isinstance(copy["DOWNLOADER_MIDDLEWARES"], BaseSettings)
    assert shared["NEWSREEL_DATABASE"] == "sqlite:///here.db"
    assert "own.Middleware" not in shared["DOWNLOADER_MIDDLEWARES"]
    assert shared["SPIDER_MODULES"] == ["spiders"]
