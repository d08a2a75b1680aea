// Saves new tasks through the A2A SDK's DatabaseTaskStore, 32 at a time. For each line on standard input, a number of milliseconds, prints how many it saved a second.
import { createInterface } from 'node:readline';
import { DatabaseTaskStore } from '@a2a-js/sdk/server/database';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

const CALLERS = 32;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const store = new DatabaseTaskStore(new Kysely({ dialect: new PostgresDialect({ pool }) }), { ownerResolver: () => 'default' });
let next = 0;

async function save() {
  const number = `${process.pid}-${next++}`;
  await store.save(
    {
      id: `task-${number}`,
      contextId: `context-${number}`,
      status: { state: 1, timestamp: new Date().toISOString() },
      artifacts: [],
      history: [{ messageId: `m-${number}`, role: 1, contextId: '', taskId: '', parts: [{ content: { $case: 'text', value: 'Rain in Oslo today?' } }], extensions: [], referenceTaskIds: [] }],
      metadata: undefined,
    },
    { tenant: 'default', user: { isAuthenticated: true, userName: 'default' } },
  );
}

for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  const end = started + Number(line);
  let saved = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() < end) {
        await save();
        saved++;
      }
    }),
  );
  console.log(saved / ((performance.now() - started) / 1000));
}

await pool.end();
