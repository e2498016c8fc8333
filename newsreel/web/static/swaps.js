// What htmx leaves open: buttons and toasts of marks, the focus after a swap, and what could not be sent.

// What the server says that it marked, as an answer to htmx: {articles: [7], mark: "star", on: true, said: "Starred."}.
document.addEventListener("marked", ({ target, detail }) => {
  for (const id of detail.articles) show(id, detail.mark, detail.on);
  const undoes = one("#toasts").contains(target);
  const held = target.contains(document.activeElement);
  const all = one(".head form[action='/read']");
  if (all) all.hidden = !one(".story.unread");
  toast(detail.said, undoes ? [] : [undoing(detail)]);
  if (held) {
    const button = detail.articles.length === 1 && one(`[formaction="${markAt(detail.articles[0], detail.mark)}"]`);
    (button || one("#main")).focus({ preventScroll: true });
  }
});

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

// A form with the token of the page's own one for marks, which htmx sends likewise.
function undoing({ articles, mark, on }) {
  const form = one("#marks").cloneNode(true);
  form.removeAttribute("id");
  form.action = mark === "star" ? markAt(articles[0], mark) : "/read";
  const button = Object.assign(document.createElement("button"), { textContent: "Undo" });
  form.append(hidden("articles", articles), hidden(mark, on ? "no" : "yes"), button);
  return form;
}

function toast(said, acts) {
  const shown = document.createElement("div");
  shown.className = "toast row";
  shown.append(said, ...acts);
  one("#toasts").replaceChildren(shown);
  htmx.process(shown);
  let left = 8;
  const clock = setInterval(() => {
    if (!shown.isConnected || (!shown.matches(":hover, :focus-within") && --left < 0)) {
      clearInterval(clock);
      shown.remove();
    }
  }, 1000);
}

// What htmx could not send is sent by the browser, which then shows what is wrong.
function alone(event) {
  const { ctx } = event.detail;
  if (ctx?.request.method === "POST") {
    const form = Object.assign(document.createElement("form"), { method: "post", action: ctx.request.action });
    form.append(...[...ctx.request.body].map(([name, value]) => hidden(name, value)));
    document.body.append(form);
    form.submit();
  } else if (ctx && event.type === "htmx:error") location.assign(ctx.request.action);
}
document.addEventListener("htmx:response:error", alone);
document.addEventListener("htmx:error", alone);

// A list or a table that was swapped: the focus stays at its place, but goes to the begin of another page of a list.
const places = () => [...document.querySelectorAll("#main :is(a, button, input, select, summary)")];
const named = (element) => element?.tagName + element?.textContent.replace(/[\d,]/g, "");
let held = null;
document.addEventListener("htmx:before:swap", () => {
  const active = document.activeElement;
  const turns = active?.closest(".turn");
  held = active?.closest("#main") ? { place: turns ? -1 : places().indexOf(active), name: named(active) } : null;
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.swap === "none") return;
  if (held && document.activeElement === document.body) {
    const same = places()[held.place];
    (named(same) === held.name ? same : one("#main")).focus({ preventScroll: true });
  }
  const chosen = document.querySelectorAll("#main :is(h1, .tabs [aria-current], #none, [aria-sort])");
  const said = [...chosen].map((element) => `${element.textContent.trim()} ${element.ariaSort ?? ""}`.trim());
  one("#said").textContent = [...said, ...(rows().length ? [`${rows().length} articles`] : [])].join(", ");
});
