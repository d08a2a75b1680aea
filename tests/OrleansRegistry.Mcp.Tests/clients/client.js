// Drives a registry as a host of models would: node client.js http URL, or node client.js stdio COMMAND ARGUMENT...
// Tells on the standard output, a line of JSON each, how its message goes on, and at the end what it saw.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [kind, target, ...words] = process.argv.slice(2);
const tenant = process.env.MCP_TENANT;
const transport = kind === 'http'
  ? new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers: { 'X-Registry-Tenant': tenant } } })
  : new StdioClientTransport({ command: target, args: words, stderr: 'inherit' });
const client = new Client({ name: 'test', version: '1.0.0' });
await client.connect(transport);
await client.ping();

// After this it checks what tools answer against their schemas.
const { tools } = await client.listTools();
const call = async (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
const deployed = await call('deploy_agent', { agent_card: { name: 'weather', version: '1.0', skills: [{ id: 'forecast' }] } });
const found = await call('find_agents', { query: 'WEATHER' });
const refused = await call('describe_agent', { agent_id: 'nobody' });
const { resources } = await client.listResources();
const card = await client.readResource({ uri: resources[0].uri });
const { resourceTemplates } = await client.listResourceTemplates();

const answered = await call('send_message', { agent_id: 'weather', text: 'Rain today?' }, {
  timeout: 60_000,
  resetTimeoutOnProgress: true,
  onprogress: progress => console.log(JSON.stringify({ told: progress.message })),
});

// Given up, which cancels nothing.
const giving = new AbortController();
const given = call('send_message', { agent_id: 'weather', text: 'And tomorrow?' }, { signal: giving.signal, onprogress: () => giving.abort() });
const abandoned = await given.then(() => 'answered', () => 'given up');
const tasks = await call('list_tasks', {});

console.log(JSON.stringify({
  version: client.getServerVersion(),
  tools: tools.map(tool => tool.name),
  deployed: deployed.structuredContent,
  found: found.structuredContent,
  refused,
  resources: resources.map(resource => resource.uri),
  card: JSON.parse(card.contents[0].text),
  templates: resourceTemplates.map(template => template.uriTemplate),
  answered: answered.structuredContent,
  abandoned,
  tasks: tasks.structuredContent,
}));
await client.close();
