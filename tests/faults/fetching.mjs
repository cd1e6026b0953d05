// Sends with Node's own fetch: a line of JSON in for each request, a line of JSON out with what a client sees.
//
// In:  {"url": "…", "headers": {…}, "body": "…", "patience_ms": 200}
// Out: {"status": 200, "body": "…"} or {"status": 200 or null, "error": "TypeError", "code": "ECONNRESET"}
import { createInterface } from "node:readline";

function named(error) {
  // fetch hides what happened behind a TypeError: the code that clients log is that of its cause.
  const cause = error.cause ?? error;
  return { error: error.name, code: typeof cause.code === "string" ? cause.code : cause.name };
}

async function seen({ url, headers, body, patience_ms }) {
  let status = null;
  try {
    const signal = AbortSignal.timeout(patience_ms);
    const response = await fetch(url, { method: "POST", headers, body, signal });
    status = response.status;
    return { status, body: await response.text() };
  } catch (error) {
    return { status, ...named(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await seen(JSON.parse(line))) + "\n");
}
