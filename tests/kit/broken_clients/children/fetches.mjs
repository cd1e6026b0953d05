// Loaded before the example client for Node: gives it a `fetch` with a defect, named by the last word of the command.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const healthy = globalThis.fetch;

/** Sends again if the connection was reset or closed. */
async function resends(url, options) {
  try {
    return await healthy(url, options);
  } catch (error) {
    if (!['ECONNRESET', 'UND_ERR_SOCKET'].includes(error.cause?.code)) throw error;
    return healthy(url, options);
  }
}

/** Has no time-out. */
async function noTimeout(url, { signal, ...options }) {
  return healthy(url, options);
}

let socket;

/** Hand-written HTTP over one socket, which is reused even if the gateway has closed it. */
async function closedConnection(url, { method, headers, body }) {
  const { hostname, port, host, pathname } = new URL(url);
  socket ??= connect({ host: hostname, port, allowHalfOpen: true });
  const fields = { ...headers, Host: host, 'Content-Length': Buffer.byteLength(body) };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const answer = new Promise((resolve, reject) => {
    let got = '';
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('socket hang up')));
    socket.on('data', (data) => {
      got += data;
      const [top, rest] = got.split('\r\n\r\n');
      const length = Number(/content-length: *(\d+)/i.exec(top)?.[1]);
      if (rest !== undefined && Buffer.byteLength(rest) >= length) {
        resolve({ status: Number(top.split(' ')[1]), text: async () => rest });
      }
    });
  });
  if (socket.readableEnded) throw new Error('socket hang up');
  socket.write(`${method} ${pathname} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
  return answer;
}

// A healthy client that starts slowly.
if (process.argv.at(-1) === 'startsSlowly') await sleep(1500);

globalThis.fetch = { healthy, resends, noTimeout, closedConnection }[process.argv.at(-1)] ?? healthy;
