// Keys for a desktop: j and k walk through what waits, a and d go to the buttons of a review, ? tells of them. They move
// the focus and press nothing: an approval takes a deliberate Enter.
const stops = () => [...document.querySelectorAll("main .request .button, main .rows a.row")];

function walk(by) {
  const all = stops();
  const at = all.indexOf(document.activeElement);
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  a: () => document.querySelector(".review button.go:enabled")?.focus(),
  d: () => document.querySelector(".review button.stop:enabled")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
};

addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]");
  if (busy || event.target.closest("input, textarea, select") || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});
