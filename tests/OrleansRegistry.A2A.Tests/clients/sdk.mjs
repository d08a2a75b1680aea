// Drives an echo agent through a registry with @a2a-js/sdk. Prints one line of JSON for each check: {"check", "ok", "error"?}.
// node sdk.mjs <URL of the registry> <id of the agent> <JSONRPC | HTTP+JSON | GRPC> <1.0 | 0.3> [card] [list] [reply] [push]
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { Role, TaskState } from '@a2a-js/sdk';
import { ClientFactory, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';

const [registry, agent, binding, version, ...features] = process.argv.slice(2);
const legacyCompat = { enabled: version === '0.3' };
const transports = [new JsonRpcTransportFactory({ legacyCompat }), new RestTransportFactory({ legacyCompat })];
if (binding === 'GRPC') {
  const { GrpcTransportFactory } = await import('@a2a-js/sdk/client/grpc');
  const grpc = await import('@grpc/grpc-js');
  transports.push(new GrpcTransportFactory({ grpcChannelCredentials: grpc.credentials.createInsecure() }));
}

let client;

const message = (text, more = {}) => ({
  tenant: '',
  message: {
    messageId: randomUUID(), contextId: '', taskId: '', role: Role.ROLE_USER, metadata: undefined, extensions: [], referenceTaskIds: [],
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: 'text/plain' }],
    ...more,
  },
  configuration: undefined,
  metadata: undefined,
});

const configured = (request, configuration) => ({
  ...request,
  configuration: { acceptedOutputModes: ['text/plain'], taskPushNotificationConfig: undefined, returnImmediately: false, ...configuration },
});

const textsOf = (parts) => parts.map((part) => part.content.value);
const echoed = (task) => task.artifacts.flatMap((artifact) => textsOf(artifact.parts));
const taskOf = (id) => client.getTask({ tenant: '', id });

async function over(id) {
  for (let tries = 0; tries < 300; tries++) {
    const task = await taskOf(id);
    if ([TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_FAILED, TaskState.TASK_STATE_CANCELED].includes(task.status.state)) {
      return task;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`task ${id} is not over after 30 seconds`);
}

async function read(stream, until = () => false) {
  const events = [];
  for await (const { payload } of stream) {
    events.push(payload);
    if (until(payload)) {
      break;
    }
  }
  return events;
}

async function refused(name, call) {
  await assert.rejects(call, (fault) => {
    assert.ok(fault.constructor.name.includes(name) || fault.name.includes(name), `${fault.constructor.name}: ${fault.message}, not ${name}`);
    return true;
  });
}

const checks = {
  async connect() {
    const factory = new ClientFactory({ transports, preferredTransports: [binding] });
    client = features.includes('card')
      ? await factory.createFromUrl(`${registry}/a2a/${agent}/.well-known/agent-card.json`, '')
      : await factory.createFromAgentCard({
          name: agent, description: '', version: '1', capabilities: { streaming: true, pushNotifications: true, extensions: [] },
          supportedInterfaces: [{ url: `${registry}/a2a/${agent}`, protocolBinding: binding, tenant: '', protocolVersion: version }],
          defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [], signatures: [], securityRequirements: [], securitySchemes: {},
        });
    const card = await client.getAgentCard();
    assert.equal(card.name, agent);
    assert.ok(card.supportedInterfaces.some((one) => one.protocolBinding === binding));
    assert.deepEqual(card.signatures ?? [], []);
  },

  async send() {
    const task = await client.sendMessage(message('hello'));
    assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.deepEqual(echoed(task), ['hello']);
    assert.deepEqual(textsOf(task.history[0].parts), ['hello']);
  },

  async sendAndReturn() {
    const task = await client.sendMessage(configured(message('hello again'), { returnImmediately: true, historyLength: 0 }));
    assert.equal(task.history.length, 0);
    assert.deepEqual(echoed(await over(task.id)), ['hello again']);
  },

  async sendTwice() {
    const request = message('once');
    const first = await client.sendMessage(request);
    const second = await client.sendMessage(request);
    assert.equal(first.id, second.id);
  },

  async reply() {
    const answer = await client.sendMessage(message('reply'));
    assert.equal(answer.role, Role.ROLE_AGENT);
    assert.deepEqual(textsOf(answer.parts), ['hello yourself']);
  },

  async ask() {
    const asked = await client.sendMessage(message('ask me'));
    assert.equal(asked.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
    assert.deepEqual(textsOf(asked.status.message.parts), ['What shall I say?']);
    const task = await client.sendMessage(message('this', { taskId: asked.id, contextId: asked.contextId }));
    assert.equal(task.id, asked.id);
    assert.deepEqual(echoed(task), ['this']);
    assert.deepEqual(task.history.flatMap((one) => textsOf(one.parts)).filter((text) => !/of 1$/.test(text)), ['ask me', 'What shall I say?', 'this']);
    await refused('UnsupportedOperation', client.sendMessage(message('more', { taskId: asked.id, contextId: asked.contextId })));
  },

  async stream() {
    const events = await read(client.sendMessageStream(message('one slow word')));
    assert.equal(events[0].$case, 'task');
    const chunks = events.filter((event) => event.$case === 'artifactUpdate').map((event) => event.value);

    // What the agent has said before the stream began is in the task.
    const before = echoed(events[0].value);
    assert.deepEqual([...before, ...chunks.flatMap((chunk) => textsOf(chunk.artifact.parts))], ['one', 'slow', 'word']);
    assert.deepEqual(chunks.map((chunk) => chunk.append), [false, true, true].slice(before.length));
    assert.deepEqual(chunks.map((chunk) => chunk.lastChunk), [false, false, true].slice(before.length));
    const states = events.filter((event) => event.$case === 'statusUpdate').map((event) => event.value.status.state);
    assert.equal(states.at(-1), TaskState.TASK_STATE_COMPLETED);
    assert.equal(events.at(-1).$case, 'statusUpdate');
    assert.ok(states.slice(0, -1).every((state) => state === TaskState.TASK_STATE_WORKING));
  },

  async resubscribe() {
    const [first] = await read(client.sendMessageStream(message('a slow and long tale')), () => true);
    const id = first.value.id;
    const events = await read(client.resubscribeTask({ tenant: '', id }));
    assert.equal(events[0].$case, 'task');
    assert.equal(events[0].value.id, id);
    assert.equal(events.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.deepEqual(echoed(await taskOf(id)), ['a', 'slow', 'and', 'long', 'tale']);
    await refused('UnsupportedOperation', read(client.resubscribeTask({ tenant: '', id })));
  },

  async list() {
    const contextId = randomUUID();
    const sent = [];
    for (const text of ['1', '2', '3']) {
      sent.unshift((await client.sendMessage(message(text, { contextId }))).id);
    }
    const query = { tenant: '', contextId, status: TaskState.TASK_STATE_UNSPECIFIED, pageToken: '', statusTimestampAfter: undefined };
    const first = await client.listTasks({ ...query, pageSize: 2, includeArtifacts: true });
    assert.equal(first.totalSize, 3);
    assert.equal(first.pageSize, 2);
    assert.ok(first.tasks.every((task) => task.artifacts.length === 1));
    const second = await client.listTasks({ ...query, pageSize: 2, pageToken: first.nextPageToken });
    assert.equal(second.nextPageToken, '');
    assert.deepEqual([...first.tasks, ...second.tasks].map((task) => task.id), sent);
    const completed = await client.listTasks({ ...query, status: TaskState.TASK_STATE_COMPLETED });
    assert.equal(completed.tasks.length, 3);
  },

  async cancel() {
    const task = await client.sendMessage(configured(message(Array(200).fill('slow').join(' ')), { returnImmediately: true }));
    const canceled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
    assert.equal(canceled.status.state, TaskState.TASK_STATE_CANCELED);
    const done = await client.sendMessage(message('done'));
    await refused('TaskNotCancelable', client.cancelTask({ tenant: '', id: done.id, metadata: undefined }));
  },

  async errors() {
    await refused('TaskNotFound', taskOf(randomUUID()));
    await refused('TaskNotFound', client.cancelTask({ tenant: '', id: randomUUID(), metadata: undefined }));
    await refused('TaskNotFound', client.sendMessage(message('hello', { taskId: randomUUID() })));
  },

  async push() {
    const posted = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk)).on('end', () => {
        posted.push({ headers: request.headers, body: JSON.parse(body) });
        response.end();
      });
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const config = {
      tenant: '', id: 'hook', taskId: '', url: `http://127.0.0.1:${receiver.address().port}/hook`, token: 'secret',
      authentication: { scheme: 'Bearer', credentials: 'credential' },
    };
    try {
      const task = await client.sendMessage(configured(message('slow push'), { taskPushNotificationConfig: config }));
      const again = { tenant: '', taskId: task.id, id: 'hook' };
      const last = version === '0.3' ? 'completed' : 'TASK_STATE_COMPLETED';
      const stateOf = ({ body }) => (body.statusUpdate ?? body).status?.state;
      for (let tries = 0; tries < 300 && !posted.some((post) => stateOf(post) === last); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(stateOf(posted.at(-1)), last);
      assert.ok(posted.every((post) => post.headers.authorization === 'Bearer credential' && post.headers['x-a2a-notification-token'] === 'secret'));
      if (version === '0.3') {
        assert.ok(posted.every(({ body }) => body.kind === 'task' && body.id === task.id));
        assert.deepEqual(posted.at(-1).body.artifacts.flatMap((one) => one.parts.map((part) => part.text)), ['slow', 'push']);
      } else {
        assert.ok(posted.every(({ body }) => (body.statusUpdate ?? body.artifactUpdate).taskId === task.id));
        assert.deepEqual(posted.flatMap(({ body }) => body.artifactUpdate?.artifact.parts.map((part) => part.text) ?? []), ['slow', 'push']);
      }
      assert.equal((await client.getTaskPushNotificationConfig(again)).url, config.url);
      await client.deleteTaskPushNotificationConfig(again);
      assert.deepEqual((await client.listTaskPushNotificationConfig({ tenant: '', taskId: task.id, pageSize: 10, pageToken: '' })).configs, []);
    } finally {
      receiver.close();
    }
  },
};

for (const [check, run] of Object.entries(checks)) {
  if (['list', 'reply', 'push'].includes(check) && !features.includes(check)) {
    continue;
  }
  try {
    await run();
    console.log(JSON.stringify({ check, ok: true }));
  } catch (fault) {
    console.log(JSON.stringify({ check, ok: false, error: `${fault.stack ?? fault}${fault.cause ? `\n${fault.cause}` : ''}` }));
  }
}
process.exit();
