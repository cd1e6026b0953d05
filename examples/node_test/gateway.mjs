// The mock's control API for tests in Node, as small as can be: copy it and add what you need.

/** Where the mock is; `sms-mock serve` or a container serves it. */
const SERVER = (process.env.SMS_MOCK_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');

/** A session: a gateway of one's own on a shared server. */
export class Gateway {
  constructor(baseUrl, name) {
    /** What the client under test takes for the gateway. */
    this.baseUrl = baseUrl;
    this.name = name;
  }

  /** Makes a session; `asked` may name a `scenario`, `overrides`, a `clock`. It ends with the test. */
  static async for(test, asked = {}) {
    const { id, base_url: baseUrl } = await control(`${SERVER}/_control/sessions`, asked);
    const gateway = new Gateway(baseUrl, id);
    test.after(() => control(`${SERVER}/_control/sessions/${id}`, undefined, 'DELETE'));
    return gateway;
  }

  /** Forces what becomes of the next send: `{ refuse: 61 }`, `{ fault: 'reset' }`. */
  nextSend(then) {
    return control(`${this.baseUrl}/_control/stubs`, { then, times: 1 });
  }

  /** Moves the session's clock: '1h', '90s'. */
  advance(duration) {
    return control(`${this.baseUrl}/_control/clock/advance`, { duration });
  }

  /** What the providers took, newest first. */
  async messages(filters = {}) {
    return (await control(`${this.baseUrl}/_control/messages?${new URLSearchParams(filters)}`)).messages;
  }
}

async function control(url, body, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${url}: ${answer.message}: ${JSON.stringify(answer.details)}`);
  return answer;
}
