// Keys, the look, toasts, and the token of changes. Everything works without this file; it saves reloads and hands.
const one = (query, inside = document) => inside.querySelector(query);
const help = one("#help");

// Pages of htmx's own requests are answered only with the token of this page.
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = one("meta[name=csrf]")?.content ?? "";
});

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

// An answer may carry a toast: HX-Trigger: {"toast": {"text": "..."}}
document.addEventListener("toast", (event) => {
  const shown = document.createElement("p");
  shown.className = "toast";
  shown.textContent = event.detail.text ?? event.detail.value;
  one("#toasts").replaceChildren(shown);
  let left = 8;
  const clock = setInterval(() => {
    if (!shown.matches(":hover, :focus-within") && --left < 0) {
      clearInterval(clock);
      shown.remove();
    }
  }, 1000);
});

// A mark is kept without a reload; where that fails its form is sent.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-mark]");
  if (!button) return;
  event.preventDefault();
  await mark(button);
});

async function mark(button) {
  const body = new URLSearchParams(new FormData(button.form));
  body.set(button.name, button.value);
  const answer = await fetch(button.formAction, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    button.form.action = button.formAction;
    button.toggleAttribute("data-mark", false);
    button.form.requestSubmit(button);
    return;
  }
  const on = button.value === "yes";
  button.value = on ? "no" : "yes";
  button.setAttribute("aria-pressed", on);
  if (button.name === "read") button.closest(".story")?.classList.toggle("unread", !on);
}

// An article that is opened is read.
if (one("[data-opened]")) mark(one(".bar [name=read]"));

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
