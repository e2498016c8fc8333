"""A server over hostile data, and a watched window onto it without the content security policy."""

from __future__ import annotations

import json
from collections.abc import Sequence

from browser import Windows
from browsing import Answer
from playwright.sync_api import Page, Request
from sqlalchemy import Engine

# What payloads call is said on the console, where it is a fault of the window.
HOOKS = """
for (const name of ["alert", "confirm", "prompt", "print", "open", "msgbox"])
  window[name] = (...words) => console.error("RAN", name, ...words);
"""
# Elements and attributes that none of our pages has.
JUDGE = """
const judge = (doc, own) => {
  const wrong = [];
  const links = ["href", "src", "action", "formaction", "xlink:href", "srcdoc", "data", "poster", "background"];
  for (const element of doc.querySelectorAll("*")) {
    const name = element.localName;
    if (["iframe", "object", "embed", "base", "style", "math", "applet", "frame", "frameset", "marquee"].includes(name)
        || (name === "script" && !element.getAttribute("src")?.startsWith("/static/"))
        || (name === "link" && !/^\\/(?!\\/)/.test(element.getAttribute("href")))
        || (name === "meta" && element.httpEquiv && element.parentElement.localName !== "noscript")
        || (name === "img" && !/^\\/picture\\//.test(element.getAttribute("src"))))
      wrong.push(element.outerHTML.slice(0, 200));
    for (const {name, value} of element.attributes)
      if (/^(on|hx-on|data-hx-on)/.test(name) || (name === "style" && !element.closest(".uplot"))
          || (links.includes(name) && !/^(https?:\\/\\/|[\\/#?]|$)/.test(value)))
        wrong.push(`${element.localName} ${name}=${value.slice(0, 200)}`);
  }
  if (doc.documentElement.textContent.includes("62710561")) wrong.push("a template in the text was carried out");
  return wrong;
};
"""


class Stage:
    """A server over a database of hostile articles, and a watched window onto it."""

    def __init__(self, engine: Engine, windows: Windows) -> None:
        self.engine = engine
        self.windows = windows
        # Pages of errors are looked at too.
        windows.expect("status of 4")
        self.page: Page = windows.open(bypass_csp=True)
        self.page.context.add_init_script(HOOKS)
        self.page.context.on("request", self._asked)
        self.page.goto("/latest")

    def look(self, *paths: str) -> None:
        """Open pages, and fail where one has what is not ours; what runs or leaves is a fault of the window."""
        for path in paths:
            self.page.goto(path)
            found = self.page.evaluate(f"() => {{ {JUDGE} return judge(document) }}")
            assert not found, f"{path}: {found[:5]}"
            assert len(self.page.frames) == 1, path
            self.windows.judge()

    def read(self, paths: Sequence[str]) -> None:
        """Read pages into documents where nothing runs, which is faster, and look at those."""
        script = f"""async (paths) => {{ {JUDGE}
          const found = [];
          const ask = async (path) => {{
            const text = await (await fetch(path)).text();
            const wrong = judge(new DOMParser().parseFromString(text, "text/html"));
            if (wrong.length) found.push(path + ": " + wrong[0]);
          }};
          while (paths.length) await Promise.all(paths.splice(0, 4).map(ask));
          return found;
        }}"""
        for start in range(0, len(paths), 100):
            found = self.page.evaluate(script, list(paths[start : start + 100]))
            assert not found, json.dumps(found[:5])
        self.windows.judge()

    def parse(self, *answers: Answer) -> None:
        """Look at answers to what a window cannot ask so easily."""
        for answer in answers:
            script = f"(text) => {{ {JUDGE} return judge(new DOMParser().parseFromString(text, 'text/html')) }}"
            assert not self.page.evaluate(script, answer.text), answer.text[:2000]

    def _asked(self, request: Request) -> None:
        path = request.url.removeprefix(self.windows.origin)
        kind = request.resource_type
        if kind not in ("document", "fetch", "eventsource") and not path.startswith(("/static/", "/picture/")):
            self.windows.faults.append(f"{kind}: {request.url}")
