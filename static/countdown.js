// Ticks every countdown by the time that has passed since the portal wrote it: the device's own clock may be wrong.
// At zero it says so, and a page that shows things as they are is loaded once more, unless somebody has typed in it.
const opened = Date.now();
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
    const left = Math.ceil(Number(time.dataset.countdown) - (Date.now() - opened) / 1000);
    time.textContent = left > 0 ? span(left) : time.dataset.ended;
    const bar = time.parentElement.querySelector("progress");
    if (bar) bar.value = Math.max(left, 0);
    if (left > 0) continue;
    delete time.dataset.countdown;
    if ("live" in document.body.dataset && !typed) location.reload();
  }
}

if (document.querySelector("time[data-countdown]")) setInterval(tick, 1000);
