// Lets `sms-contract client` call the client beside it: one intent a line on standard input, one answer a line out.

import { createInterface } from 'node:readline';
import { SmsClient } from './sms_client.mjs';

for await (const line of createInterface({ input: process.stdin })) {
  const intent = JSON.parse(line);
  const client = new SmsClient({
    baseUrl: intent.base_url,
    username: intent.username,
    password: intent.password,
    timeout: intent.timeout_s,
  });
  const { messageId, ...outcome } = await client.send(intent.message, intent.operation);
  process.stdout.write(`${JSON.stringify({ id: intent.id, message_id: messageId, ...outcome })}\n`);
}
