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

// Whoever types a number means the choice beside it.
document.addEventListener("input", (event) => {
  const choice = document.getElementById(event.target.dataset.chooses ?? "");
  if (choice) choice.checked = true;
});

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
