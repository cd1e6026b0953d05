// What no attribute says: copying, answers that come late, and whether the server is still there.
// Everything else is the server's and htmx's.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await copied(button.dataset.copy);
  const said = document.getElementById("said");
  button.dataset.copied = "";
  said.textContent = said.dataset.copied;
  setTimeout(() => {
    delete button.dataset.copied;
    said.textContent = "";
  }, 2000);
});

async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // On a plain http address that is not this machine a browser has no clipboard for scripts.
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// Whoever types a number means the choice beside it.
document.addEventListener("input", (event) => {
  const choice = document.getElementById(event.target.dataset.chooses ?? "");
  if (choice) choice.checked = true;
});

// On a phone the views do not fit beside each other.
document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Answers overtake each other. Show the page that was asked for last, and no refresh that an earlier page asked for.
let latest = null;
let shown = null;
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.askedBy = shown;
  if (ctx.target === document.body) latest = ctx;
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.target === document.body && ctx !== latest) event.preventDefault();
  if (ctx.target.id === "live" && ctx.askedBy !== shown) {
    event.preventDefault();
    // What it would have shown may be newer than this page.
    htmx.trigger("#changes", "changed");
  }
});
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.target === document.body) shown = ctx;
});

function offline(said) {
  const line = document.getElementById("offline");
  if (line) line.textContent = said ? line.dataset[said] : "";
}

// The stream breaks off when the server stops; it is tried again until there is one.
document.addEventListener("htmx:sse:error", (event) => lost(event.detail.status));
document.addEventListener("htmx:sse:after:connection", () => offline(null));

// The very first try is not repeated by itself.
for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    if (event.target.id !== "changes") return;
    lost(event.detail.ctx?.response?.status);
    setTimeout(() => htmx.trigger(event.target, "again"), 1000);
  });
}

function lost(status) {
  offline(status === 404 ? "gone" : "said");
}

// A clock that runs ticks here, from where the server said that it stands; what the server says next counts again.
let ticking = { clock: null, said: null, at: 0 };
setInterval(() => {
  const clock = document.getElementById("clock");
  if (!clock) return;
  const said = `${clock.dataset.now} ${clock.dataset.rate}`;
  if (clock !== ticking.clock || said !== ticking.said) ticking = { clock, said, at: performance.now() };
  const rate = Number(clock.dataset.rate);
  if (!rate) return;
  const now = Number(clock.dataset.now) + (performance.now() - ticking.at) * rate;
  const [date, time] = new Date(Math.min(now, 253402300799000)).toISOString().split("T");
  document.getElementById("clock-date").textContent = date;
  clock.textContent = time.slice(0, 8);
}, 200);

// Ctrl+K, as in many places: to the search, which is the inbox's where a view has none.
document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const search = document.getElementById("q");
  const inbox = document.querySelector(".views a");
  if (search) search.focus();
  else if (inbox) location.assign(`${inbox.href}#q`);
});

// From a mistake in a scenario to its line where it is edited; without this, to where the line is shown beside it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const text = link && document.getElementById("yaml");
  if (!text) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length) - 1;
  const begin = lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
  text.focus();
  text.setSelectionRange(begin, begin + lines[line].length);
  text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight);
  text.scrollLeft = 0;
  text.scrollIntoView({ block: "center" });
});
