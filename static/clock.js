// How a page's times live in a browser. Ticks every countdown by the time that has passed since the portal wrote it:
// the device's own clock may be wrong. At zero it says so, and a page that shows things as they are is loaded once
// more, unless somebody has typed in it.
const ends = new WeakMap();
const pad = (number) => String(number).padStart(2, "0");
let typed = false;
addEventListener("input", () => (typed = true));

function span(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, pad(seconds % 60)];
  if (hours) return `${hours}h ${pad(minutes)}m ${rest}s left`;
  return minutes ? `${minutes}m ${rest}s left` : `${seconds}s left`;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    if (!ends.has(time)) ends.set(time, Date.now() + 1000 * Number(time.dataset.countdown));
    const left = Math.ceil((ends.get(time) - Date.now()) / 1000);
    time.textContent = left > 0 ? span(left) : time.dataset.ended;
    const bar = time.parentElement.querySelector("progress");
    if (bar) bar.value = Math.max(left, 0);
    if (left > 0) continue;
    delete time.dataset.countdown;
    if ("live" in document.body.dataset && !typed) location.reload();
  }
}

tick();
setInterval(tick, 1000);

// Writes every moment in the reader's own zone, and how long ago it was if that is less than a day; what the portal
// wrote, in UTC, is the title. By the portal's clock: the device's may be wrong.
const here = document.documentElement.lang;
const page = document.querySelector("footer time");
const skew = page ? Date.parse(page.dateTime) - performance.timeOrigin : 0;
const whole = new Intl.DateTimeFormat(here, { dateStyle: "medium", timeStyle: "medium" });
const zone = new Intl.DateTimeFormat(here, { timeZoneName: "short" });
const ago = new Intl.RelativeTimeFormat(here, { numeric: "auto", style: "narrow" });

function relative(seconds) {
  for (const [unit, size] of [["hour", 3600], ["minute", 60], ["second", 1]]) {
    if (Math.abs(seconds) >= size) return ago.format(Math.trunc(seconds / size), unit);
  }
  return ago.format(0, "second");
}

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-countdown], [title])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const name = zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
    const seconds = (at - Date.now() - skew) / 1000;
    time.title = time.textContent.trim();
    time.textContent = `${whole.format(at)} ${name}`;
    if (Math.abs(seconds) < 86_400 && !time.closest(".countdown")) time.append(` · ${relative(seconds)}`);
  }
}

localise(document);

// A page that refreshes itself: what came new has times too, and a record in another state has other buttons.
const status = () => document.getElementById("state")?.dataset.status;
const before = status();
document.addEventListener("htmx:after:swap", () => {
  if (status() !== before && !typed) location.reload();
  localise(document);
  tick();
});
