// Drives an echo agent through a registry with the @a2a-js/sdk of A2A 0.3's time, which finds it by the card alone. Prints lines as sdk.mjs does.
// node sdk03.mjs <URL of the registry> <id of the agent>
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { ClientFactory } from 'a2a-sdk-0.3/client';

const [registry, agent] = process.argv.slice(2);
let client;

const message = (text, more = {}) => ({
  message: { kind: 'message', messageId: randomUUID(), role: 'user', parts: [{ kind: 'text', text }], ...more },
});
const echoed = (task) => task.artifacts.flatMap((artifact) => artifact.parts.map((part) => part.text));

const checks = {
  async connect() {
    client = await new ClientFactory().createFromUrl(`${registry}/a2a/${agent}/.well-known/agent-card.json`, '');
    const card = await client.getAgentCard();
    assert.deepEqual([card.url, card.preferredTransport, card.protocolVersion], [`${registry}/a2a/${agent}`, 'JSONRPC', '0.3.0']);
  },

  async send() {
    const task = await client.sendMessage({ ...message('hello'), configuration: { blocking: true } });
    assert.deepEqual([task.kind, task.status.state], ['task', 'completed']);
    assert.deepEqual(echoed(task), ['hello']);
    assert.deepEqual(echoed(await client.getTask({ id: task.id })), ['hello']);
  },

  async stream() {
    const events = [];
    for await (const event of client.sendMessageStream(message('one slow word'))) {
      events.push(event);
    }
    assert.equal(events[0].kind, 'task');
    const before = events[0].artifacts ? echoed(events[0]) : [];
    const chunks = events.filter((event) => event.kind === 'artifact-update').flatMap((event) => event.artifact.parts.map((part) => part.text));
    assert.deepEqual([...before, ...chunks], ['one', 'slow', 'word']);
    assert.deepEqual([events.at(-1).kind, events.at(-1).final, events.at(-1).status.state], ['status-update', true, 'completed']);
  },

  async push() {
    const posted = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk)).on('end', () => {
        posted.push({ headers: request.headers, task: JSON.parse(body) });
        response.end();
      });
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const pushNotificationConfig = { id: 'hook', url: `http://127.0.0.1:${receiver.address().port}/hook`, token: 'secret' };
      const task = await client.sendMessage({ ...message('slow push'), configuration: { blocking: true, pushNotificationConfig } });
      for (let tries = 0; tries < 300 && posted.at(-1)?.task.status.state !== 'completed'; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(posted.every((post) => post.task.kind === 'task' && post.task.id === task.id));
      assert.ok(posted.every(({ headers }) => headers['content-type'] === 'application/json' && headers['x-a2a-notification-token'] === 'secret'));
      assert.deepEqual(echoed(posted.at(-1).task), ['slow', 'push']);
      const [stored] = await client.listTaskPushNotificationConfig({ id: task.id });
      assert.equal(stored.pushNotificationConfig.url, pushNotificationConfig.url);
    } finally {
      receiver.close();
    }
  },
};

for (const [check, run] of Object.entries(checks)) {
  try {
    await run();
    console.log(JSON.stringify({ check, ok: true }));
  } catch (fault) {
    console.log(JSON.stringify({ check, ok: false, error: `${fault.stack ?? fault}${fault.cause ? `\n${fault.cause}` : ''}` }));
  }
}
process.exit();
