"""Scrapy's settings: safe and polite by default; components are named by string."""

from __future__ import annotations

from newsreel import __version__

BOT_NAME = "newsreel"
USER_AGENT = f"Newsreel/{__version__}"
SPIDER_MODULES = ["spiders"]
SPIDER_LOADER_CLASS = "newsreel.crawling.loader.CatalogueSpiderLoader"
ADDONS = {"newsreel.crawling.addon.ConfigurationAddon": 0}

# Ours; the add-on fills in from the configuration what is None here.
NEWSREEL_DATABASE = None
NEWSREEL_CATALOGUE = None
NEWSREEL_ALLOW_NETWORKS = None
NEWSREEL_CONTACT = None
NEWSREEL_DELAY = 2.0
NEWSREEL_KEEP_LOGS_DAYS = 90
NEWSREEL_KEEP_LOGS_RUNS = 500
NEWSREEL_TRIGGER = "manual"
NEWSREEL_DUES: dict[str, str] = {}

# The fetch door.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_DNS_RESOLVER = "newsreel.middlewares.guard.GuardedResolver"
DOWNLOAD_HANDLERS = {
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
    "http": "newsreel.middlewares.handler.BoundedDownloadHandler",
    "https": "newsreel.middlewares.handler.BoundedDownloadHandler",
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOADER_MIDDLEWARES = {
    "newsreel.middlewares.outcomes.OutcomeMiddleware": 10,
    "newsreel.middlewares.robots.RobotsMiddleware": 100,
    "newsreel.middlewares.redirects.NamedMetaRefreshMiddleware": 580,
    "newsreel.middlewares.compression.BudgetedCompressionMiddleware": 590,
    "newsreel.middlewares.redirects.NamedRedirectMiddleware": 600,
    "newsreel.middlewares.turns.TurnMiddleware": 950,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
}
# The outcome middleware has named every failure; the next run tries again.
RETRY_ENABLED = False
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5
HTTPERROR_ALLOW_ALL = True
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
ROBOTSTXT_OBEY = False  # ours above obeys

# Turns at a host are the turn middleware's, for the whole process.
SCHEDULER = "newsreel.middlewares.queue.HostQueues"
DOWNLOAD_DELAY = 0
# Of one source; it has two a host at most, so a source that names many hosts does not stop at those that hang.
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 16
# Of one source: a page or two. With many sources at once, what waits for a parser would fill the memory.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 250_000

ITEM_PIPELINES = {
    "pipelines.extract.ExtractPipeline": 300,
    "pipelines.clean.CleanPipeline": 400,
    "pipelines.classify.ClassifyPipeline": 500,
    "pipelines.deduplicate.DeduplicatePipeline": 600,
    "pipelines.store.StorePipeline": 700,
}
EXTENSIONS = {
    "newsreel.extensions.run_record.RunRecord": 10,
    # It counts the lines of all crawls of the process; the run's record counts those of each.
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
}

LOG_LEVEL = "INFO"
LOG_FORMATTER = "newsreel.extensions.quiet_log.QuietLogFormatter"
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
