// Draws charts over time anew, so that a pointer or arrow keys ask for values.
const drawAll = () => {
  for (const box of document.querySelectorAll("[data-plot]:not(:has(.live))")) draw(box);
};
drawAll();
document.addEventListener("htmx:after:swap", drawAll);

function draw(box) {
  const data = JSON.parse(box.dataset.plot);
  const drawn = box.querySelector("svg");
  const place = document.createElement("div");
  place.className = "live";
  const tip = document.createElement("p");
  tip.className = "tip";
  tip.hidden = true;
  // The theme's colours, from the server's drawing.
  const colour = (name, kind) => {
    const element = drawn.querySelector(name);
    return element ? getComputedStyle(element)[kind] : "transparent";
  };
  const size = () => ({ width: place.clientWidth, height: place.clientHeight });
  const points = data.values.length;
  const plain = { width: 1.75, points: { show: false } };

  const under = (u) => {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.fillStyle = colour(".c2", "fill");
    for (const [from, length] of data.gaps) {
      u.ctx.fillRect(left + (width * from) / points, top, (width * length) / points, height);
    }
    u.ctx.strokeStyle = colour(".cg", "stroke");
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.beginPath();
    for (const part of [0, 0.5, 1]) {
      const y = Math.round(top + height * part) + (devicePixelRatio % 2) / 2;
      u.ctx.moveTo(left, y);
      u.ctx.lineTo(left + width, y);
    }
    u.ctx.stroke();
    u.ctx.restore();
  };

  // What is under way.
  const over = (u) => {
    if (data.now == null) return;
    u.ctx.fillStyle = colour(".cl", "stroke");
    u.ctx.beginPath();
    u.ctx.arc(u.valToPos(points - 0.5, "x", true), u.valToPos(data.now, "y", true), 3 * devicePixelRatio, 0, 7);
    u.ctx.fill();
  };

  const words = (n) => {
    const at = data.begin + n * data.step + (n < data.turn ? 0 : data.by);
    const when = { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" };
    if (data.step < 86400) Object.assign(when, { hour: "2-digit", minute: "2-digit" });
    const last = data.now == null ? "not over yet" : `${data.now} so far`;
    const said = (values) => values[n] ?? (n === points - 1 ? last : "no data");
    const time = new Date(at * 1000).toLocaleString("en-GB", when);
    if (data.other) return `${time}: ${data.names[0]} ${said(data.values)}, ${data.names[1]} ${said(data.other)}`;
    const usual = data.high[n] == null ? "" : `, usual ${Math.round(data.low[n])} to ${Math.round(data.high[n])}`;
    return `${time}: ${said(data.values)}${usual}`;
  };

  const point = (u) => {
    const n = u.cursor.idx;
    tip.hidden = n == null;
    if (n == null) return;
    tip.textContent = words(n);
    u.over.setAttribute("aria-valuenow", n);
    u.over.setAttribute("aria-valuetext", tip.textContent);
    const x = u.valToPos(n + 0.5, "x");
    const most = u.over.clientWidth - tip.offsetWidth;
    tip.style.insetInlineStart = `${Math.max(0, Math.min(x - tip.offsetWidth / 2, most))}px`;
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
      cursor: { drag: { x: false, y: false }, y: false, points: { size: (_, n) => (n > 2 ? 7 : 0) } },
      series: [
        {},
        { ...plain, width: 0 },
        { ...plain, width: 0 },
        { ...plain, stroke: () => colour(".cl", "stroke") },
        ...(data.other ? [{ ...plain, stroke: () => colour(".cd", "stroke"), dash: [5, 4] }] : []),
      ],
      bands: [{ series: [2, 1], fill: () => colour(".c3", "fill") }],
      hooks: { drawClear: [under], draw: [over], setCursor: [point] },
    },
    [data.values.map((_, n) => n + 0.5), data.low, data.high, data.values, ...(data.other ? [data.other] : [])],
    place,
  );
  u.over.append(tip);

  u.over.tabIndex = 0;
  const said = {
    role: "slider",
    "aria-label": box.closest("figure").querySelector("h2").textContent,
    "aria-valuemin": 0,
    "aria-valuemax": points - 1,
    "aria-valuenow": points - 1,
    "aria-valuetext": words(points - 1),
  };
  for (const name in said) u.over.setAttribute(name, said[name]);
  u.over.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24, Home: -points, End: points }[event.key];
    if (!by) return;
    event.preventDefault();
    const n = Math.max(0, Math.min(points - 1, (u.cursor.idx ?? points - 1) + by));
    u.setCursor({ left: u.valToPos(n + 0.5, "x"), top: 0 });
  });
  u.over.addEventListener("blur", () => u.setCursor({ left: -10, top: -10 }));

  new ResizeObserver(() => u.setSize(size())).observe(place);
  // One that a swap took away is forgotten.
  const gone = new AbortController();
  const repaint = () => {
    if (place.isConnected) u.redraw(false);
    else gone.abort();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, gone);
  const themes = new MutationObserver(repaint);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  gone.signal.addEventListener("abort", () => themes.disconnect());
}
