// Shows what the server tells as it happens. Where that is not possible the page is loaded again from time to time.
for (const part of document.querySelectorAll("[data-live]")) {
  const again = () => location.replace(part.dataset.then || location.href);
  const stream = new EventSource(part.dataset.live);
  stream.addEventListener("show", (event) => {
    // The server's own markup: it has escaped what is foreign.
    part.innerHTML = event.data;
  });
  stream.addEventListener("end", () => {
    stream.close();
    if (part.dataset.then) again();
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(again, 5000);
  });
  addEventListener("pagehide", () => stream.close());
}
