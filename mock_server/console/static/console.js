// What no attribute says: copying, and whether the server is still there. Everything else is the server's and htmx's.
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

function offline(said) {
  const line = document.getElementById("offline");
  if (line) line.textContent = said ? line.dataset[said] : "";
}

// The stream breaks off when the server stops; it is tried again until there is one.
document.addEventListener("htmx:sse:error", (event) => offline(event.detail.status === 404 ? "gone" : "said"));
document.addEventListener("htmx:sse:after:connection", () => offline(null));

// Ctrl+K, as in many places: to the search, on whatever view.
document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
  const search = document.getElementById("q");
  if (!search) return;
  event.preventDefault();
  search.focus();
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
