// Charts over time, drawn anew in the server's box, so that a pointer or the arrow keys can ask for each value.
const day = 86400;

for (const box of document.querySelectorAll("[data-plot]")) draw(box);

function draw(box) {
  const data = JSON.parse(box.dataset.plot);
  const drawn = box.querySelector("svg");
  const place = document.createElement("div");
  place.className = "live";
  const tip = document.createElement("p");
  tip.className = "tip";
  tip.hidden = true;
  // The script's colours are those of the server's drawing, whatever the theme.
  const colour = (name, kind) => {
    const element = drawn.querySelector(name);
    return element ? getComputedStyle(element)[kind] : "transparent";
  };
  const size = () => ({ width: place.clientWidth, height: place.clientHeight });
  const points = data.values.length;

  const under = (u) => {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.fillStyle = colour(".c2", "fill");
    for (const [from, length] of data.gaps) {
      u.ctx.fillRect(left + (width * from) / points, top, (width * length) / points, height);
    }
    u.ctx.strokeStyle = colour(".cg", "stroke");
    u.ctx.lineWidth = devicePixelRatio;
    for (const part of [0, 0.5, 1]) {
      u.ctx.beginPath();
      const y = Math.round(top + height * part) + (devicePixelRatio % 2) / 2;
      u.ctx.moveTo(left, y);
      u.ctx.lineTo(left + width, y);
      u.ctx.stroke();
    }
    u.ctx.restore();
  };

  const words = (n) => {
    const at = new Date((data.begin + n * data.step) * 1000);
    const when = { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" };
    if (data.step < day) Object.assign(when, { hour: "2-digit", minute: "2-digit", hour12: false });
    const value = data.values[n] ?? (n === points - 1 ? "not over yet" : "no data");
    const usual = data.high[n] == null ? "" : `, usual ${Math.round(data.low[n])} to ${Math.round(data.high[n])}`;
    return `${at.toLocaleString("en-GB", when)}: ${value}${usual}`;
  };

  const point = (u) => {
    const n = u.cursor.idx;
    tip.hidden = n == null;
    if (n == null) return;
    tip.textContent = words(n);
    u.over.setAttribute("aria-valuenow", n);
    u.over.setAttribute("aria-valuetext", tip.textContent);
    const x = u.valToPos(n + 0.5, "x");
    tip.style.insetInlineStart = `${Math.max(0, Math.min(x - tip.offsetWidth / 2, u.over.clientWidth - tip.offsetWidth))}px`;
  };

  drawn.before(place);
  drawn.toggleAttribute("hidden", true);
  const u = new uPlot(
    {
      ...size(),
      padding: [0, 0, 0, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range: () => [0, points] }, y: { range: () => [0, data.top] } },
      cursor: { drag: { x: false, y: false }, y: false, points: { size: (_, n) => (n === 3 ? 7 : 0) } },
      series: [
        {},
        { width: 0, points: { show: false } },
        { width: 0, points: { show: false } },
        { stroke: () => colour(".cl", "stroke"), width: 1.75, points: { show: false } },
      ],
      bands: [{ series: [2, 1], fill: () => colour(".c3", "fill") }],
      hooks: { drawClear: [under], setCursor: [point] },
    },
    [data.values.map((_, n) => n + 0.5), data.low, data.high, data.values],
    place,
  );
  u.over.append(tip);

  const over = u.over;
  over.tabIndex = 0;
  for (const [name, value] of [
    ["role", "slider"],
    ["aria-label", box.closest("figure").querySelector("h2").textContent],
    ["aria-valuemin", 0],
    ["aria-valuemax", points - 1],
    ["aria-valuenow", points - 1],
    ["aria-valuetext", words(points - 1)],
  ]) {
    over.setAttribute(name, value);
  }
  over.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24, Home: -points, End: points }[event.key];
    if (!by) return;
    event.preventDefault();
    const n = Math.max(0, Math.min(points - 1, (u.cursor.idx ?? points - 1) + by));
    u.setCursor({ left: u.valToPos(n + 0.5, "x"), top: 0 });
  });
  over.addEventListener("blur", () => u.setCursor({ left: -10, top: -10 }));

  new ResizeObserver(() => u.setSize(size())).observe(place);
  const repaint = () => u.redraw(false);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
