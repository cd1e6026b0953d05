// Tests of an SMS client against the mock: node --test examples/node_test/sms.test.mjs

import assert from 'node:assert/strict';
import test from 'node:test';

import { SmsClient } from '../node_fetch/sms_client.mjs';
import { Gateway } from './gateway.mjs';

const NUMBER = '+447700900123';

const client = (gateway) =>
  new SmsClient({ baseUrl: gateway.baseUrl, username: 'admin', password: 'admin-secret', timeout: 5 });

test('a code arrives as it was sent', { concurrency: true }, async (t) => {
  const gateway = await Gateway.for(t);

  const sent = await client(gateway).send({ destination: NUMBER, text: 'Your code is 482913' });

  const [message] = await gateway.messages({ destination: NUMBER });
  assert.equal(sent.outcome, 'accepted');
  assert.equal(message.id, sent.messageId);
  assert.deepEqual(message.codes, ['482913']);
});

test('a refusal is told, and nothing was sent', { concurrency: true }, async (t) => {
  const gateway = await Gateway.for(t);
  await gateway.nextSend({ refuse: 61 });

  const sent = await client(gateway).send({ destination: NUMBER, text: 'Hello' });

  assert.deepEqual(sent, { outcome: 'refused', code: 61 });
  assert.deepEqual(await gateway.messages(), []);
});

test('a connection that breaks is no refusal', { concurrency: true }, async (t) => {
  const gateway = await Gateway.for(t);
  await gateway.nextSend({ fault: 'reset' });

  const sent = await client(gateway).send({ destination: NUMBER, text: 'Hello' });

  assert.equal(sent.outcome, 'failed');
});

test('after an hour the window is open again', { concurrency: true }, async (t) => {
  const windows = { volume: { limit: 1, window: '1h' } };
  const gateway = await Gateway.for(t, { overrides: { anti_flooding: windows } });
  const send = (text) => client(gateway).send({ destination: NUMBER, text });
  assert.equal((await send('first')).outcome, 'accepted');
  assert.deepEqual(await send('second'), { outcome: 'refused', code: 60 });

  await gateway.advance('1h');

  assert.equal((await send('third')).outcome, 'accepted');
});

test('a mistake in a test is an error with a sentence', { concurrency: true }, async (t) => {
  const gateway = await Gateway.for(t);

  await assert.rejects(gateway.nextSend({ refuse: 999 }), /refuse/);
  await assert.rejects(gateway.messages({ destinaton: NUMBER }), /did you mean 'destination'/);
});
