// Sends SMS through the gateway, with the `fetch` that Node has had since version 18.

/** The codes that the gateway documents, by the HTTP status that carries them. */
const REFUSALS = { 500: [8, 56, 59, 60, 61, 64, 66, 74], 401: [63] };

const PATHS = { admin: '/api/Admin/send', services: '/api/Services/send' };

export class SmsClient {
  #baseUrl;
  #authorization;
  #timeout;

  /** One account at the gateway; `timeout` is in seconds. */
  constructor({ baseUrl, username, password, timeout = 10 }) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    this.#timeout = timeout;
  }

  /**
   * Sends once; `message` has the gateway's own fields, such as `destination` and `text`.
   *
   * Resolves to `{ outcome: 'accepted', messageId, provider }`, `{ outcome: 'refused', code }` or `{ outcome: 'failed',
   * reason }`. Failed is what was never sent and what became of nobody knows what: sending it again may bring it twice,
   * so that is for the caller to decide.
   */
  async send(message, operation = 'admin') {
    let status, body;
    try {
      const response = await fetch(this.#baseUrl + PATHS[operation], {
        method: 'POST',
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/json',
          Authorization: this.#authorization,
        },
        body: JSON.stringify(message),
        redirect: 'manual',
        // The signal ends the reading of the body as well, so it holds for the whole exchange.
        signal: AbortSignal.timeout(this.#timeout * 1000),
      });
      status = response.status;
      body = await response.text();
    } catch (error) {
      const late = error.name === 'TimeoutError';
      return failed(late ? `no complete answer within ${this.#timeout} s` : String(error.cause?.code ?? error.message));
    }
    return understood(status, body);
  }
}

/** What an answer means. Only what the gateway documents counts; members that nobody knows do not matter. */
function understood(status, body) {
  let answer;
  try {
    answer = JSON.parse(body);
  } catch {
    answer = null;
  }
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) {
    return failed(`HTTP ${status} without a JSON object`);
  }
  const { id = null, code = null, provider } = answer;
  if (status === 200 && typeof id === 'string' && id !== '' && code === null) {
    return { outcome: 'accepted', messageId: id, provider: typeof provider === 'string' ? provider : null };
  }
  if (id === null && REFUSALS[status]?.includes(code)) {
    return { outcome: 'refused', code };
  }
  return failed(`HTTP ${status} with code ${JSON.stringify(code)}`);
}

const failed = (reason) => ({ outcome: 'failed', reason });
