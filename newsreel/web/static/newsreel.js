// Keys, the look, and an opened article's mark. Everything works without this file; it saves reloads and hands.
const one = (query, inside = document) => inside.querySelector(query);
const help = one("#help");

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", () => help?.showModal());
}

// The look changes at once and is kept by its form.
const look = one("#look");
if (look) one("button", look).hidden = true;
look?.addEventListener("change", () => {
  for (const name of ["theme", "size"]) {
    const chosen = look.elements[name].value;
    if (chosen === "auto" || chosen === "m") delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = chosen;
  }
  fetch(look.action, { method: "POST", body: new FormData(look), redirect: "manual" });
});

// A form may ask first: data-confirm holds the question.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

const markAt = (id, mark) => `/article/${id}/${mark}`;

function show(id, mark, on) {
  for (const button of document.querySelectorAll(`[formaction="${markAt(id, mark)}"]`)) {
    button.value = on ? "no" : "yes";
    button.setAttribute("aria-pressed", on);
    if (mark === "read") button.closest(".story")?.classList.toggle("unread", !on);
  }
}

// An article that is opened is read; no word about it.
const opened = one("[data-opened]") && one(".bar [name=read]");
if (opened) {
  const body = new URLSearchParams(new FormData(opened.form));
  body.set("read", "yes");
  fetch(opened.formAction, { method: "POST", body, redirect: "manual" }).then((answer) => {
    if (answer.type === "opaqueredirect") show(opened.formAction.match(/\d+(?=\/read$)/)[0], "read", true);
  }, () => null);
}

const rows = () => [...document.querySelectorAll(".story")];
const current = () => document.activeElement?.closest(".story");

function step(by) {
  const all = rows();
  if (!all.length) return one(`[data-key=${by > 0 ? "j" : "k"}]`)?.click();
  const row = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + by))];
  one("[data-key=o]", row ?? document)?.focus();
}

// What stands at the story in focus, or else on the page itself, as on an article's own.
function press(key) {
  const row = current();
  const target = row ? one(`[data-key=${key}]`, row) : rows().length ? null : one(`[data-key=${key}]`);
  target?.click();
}

let leading = 0;
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || one("dialog[open]")) return;
  if (document.documentElement.dataset.keys === "off") return;
  const key = event.key;
  const led = leading > 0 && event.timeStamp - leading < 1500;
  leading = 0;
  if (led && key in { h: 1, l: 1, s: 1 }) {
    location.href = { h: "/", l: "/latest", s: "/sources" }[key];
    return;
  }
  if (key === "g") leading = event.timeStamp;
  else if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (key === "/") one("#q")?.focus();
  else if (key === "a") location.href = "/sources/add";
  else if (key === "?") help?.showModal();
  else if (key.length === 1 && "ovmsx".includes(key)) press(key);
  else return;
  event.preventDefault();
});

// A picture that does not come says so; its host is named below it.
function lost(image) {
  const said = Object.assign(document.createElement("p"), { className: "embed", textContent: `${image.alt} did not come.` });
  image.replaceWith(said);
}
document.addEventListener("error", ({ target }) => target.matches?.(".shot") && lost(target), true);
for (const image of document.querySelectorAll(".shot")) if (image.complete && !image.naturalWidth) lost(image);
