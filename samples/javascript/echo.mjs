// An agent that says what it is told, with nothing but what Node.js has: node echo.mjs [http://127.0.0.1:8080]
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const registry = (process.argv[2] ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const card = {
  name: 'echo-js', description: 'Says what it is told.', version: '1.0.0', capabilities: { streaming: true },
  defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
  skills: [{ id: 'echo', name: 'Echo', description: 'Gives back a text as an artifact.', tags: ['echo', 'sample'] }],
};

/** Gives the answer, null for 204. A registry that is away is asked again: with its key, a write is carried out once. */
async function call(method, path, body) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
  for (;; await sleep(1000)) {
    const answer = await fetch(registry + path, { method, headers, body: JSON.stringify(body) }).catch(() => undefined);
    if (answer?.ok) {
      return answer.status === 204 ? null : answer.json();
    }
    if (answer && ![502, 503, 504].includes(answer.status)) {
      throw Object.assign(new Error(`${answer.status} ${await answer.text()}`), { status: answer.status });
    }
  }
}

async function work(text, update, isOurs) {
  const say = (state, words) => update({ state, statusMessage: { messageId: randomUUID(), role: 'ROLE_AGENT', parts: [{ text: words }] } });
  if (text.includes('ask')) {
    return say('input-required', 'What shall I say?');
  }
  const words = text.includes('slow') ? text.split(' ') : [text];
  for (let i = 0; i < words.length && isOurs(); i++) {
    await say('working', `${i + 1} of ${words.length}`);
    const artifact = { artifactId: 'echo', parts: [{ text: words[i] }] };
    await update({ artifacts: [{ artifact, append: i > 0, lastChunk: i === words.length - 1 }] });
    await sleep(words.length > 1 ? 300 : 0);
  }
  await update({ state: 'completed' });
}

async function turn(task) {
  const path = `/tasks/${encodeURIComponent(task.id)}`;
  const leaseToken = task.lease.token;
  let isOurs = true;
  const renewing = setInterval(() => call('POST', `${path}:renew`, { leaseToken }).catch(() => (isOurs = false)), 20_000);
  const user = task.history.findLast((message) => ['ROLE_USER', 'user'].includes(message.role));
  const text = user.parts.map((part) => part.text).filter((part) => part !== undefined).join('\n');
  try {
    await work(text, (change) => call('PATCH', path, { leaseToken, ...change }), () => isOurs);
  } catch (refusal) {
    console.error(task.id, refusal.message); // such as 409: the task was canceled, and is no longer ours
  } finally {
    clearInterval(renewing);
  }
}

await call('PUT', '/agents/echo-js', { agent_card: card, delivery: 'worker' });
for (;;) {
  const task = await call('POST', '/agents/echo-js/tasks:claim', { worker: 'javascript', waitSeconds: 20 });
  if (task) {
    await turn(task);
  }
}
