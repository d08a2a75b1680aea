import { createHash } from 'node:crypto';
import { ListTasksResponse, Task, taskStateToJSON } from '@a2a-js/sdk';

/** In the metadata of a stored task: it was saved without the time of its status, which the registry needs and made. */
const UNTIMED = 'task-store-js/untimed';

function toStored(task) {
  const json = Task.toJSON(task);
  return json.status?.timestamp ? json : { ...json, metadata: { ...json.metadata, [UNTIMED]: json.metadata !== undefined } };
}

function fromStored(json) {
  const { [UNTIMED]: hadMetadata, ...metadata } = json.metadata ?? {};
  const { timestamp, ...status } = json.status;
  return Task.fromJSON(hadMetadata === undefined ? json : { ...json, status, metadata: hadMetadata ? metadata : undefined });
}

/**
 * A TaskStore of the A2A SDK on an agent registry: a save is one `PUT /tasks/{id}`, which writes only what is new.
 * The registry must believe its caller headers (REGISTRY_TRUST_CALLER_HEADERS=true), and be reached by this program alone.
 */
export class RegistryTaskStore {
  /**
   * @param {string} url of the registry, such as http://127.0.0.1:8080
   * @param {{ ownerOf?: (context: object) => string, space?: string }} [options] `space` keeps apart what shares a registry.
   */
  constructor(url, { ownerOf = (context) => context.user?.userName || 'unknown', space = 'a2a' } = {}) {
    Object.assign(this, { url, ownerOf, space });
  }

  async save(task, context) {
    await this.#send('PUT', `/tasks/${encodeURIComponent(task.id)}?replace_final=true`, context, toStored(task));
  }

  async load(taskId, context) {
    const task = await this.#send('GET', `/tasks/${encodeURIComponent(taskId)}`, context);
    return task && fromStored(task);
  }

  async list(params, context) {
    if (params.status !== undefined && taskStateToJSON(params.status) === 'UNRECOGNIZED') {
      return { tasks: [], nextPageToken: '', pageSize: params.pageSize ?? 50, totalSize: 0 };
    }
    const query = new URLSearchParams({ history_length: '0', count_total: 'true', include_artifacts: String(params.includeArtifacts ?? false) });
    const set = (name, value) => value && query.set(name, value);
    set('page_size', params.pageSize);
    set('page_token', params.pageToken);
    set('context_id', params.contextId);
    set('status_timestamp_after', params.statusTimestampAfter);
    set('state', params.status && taskStateToJSON(params.status));
    const page = await this.#send('GET', `/tasks?${query}`, context);
    return { ...ListTasksResponse.fromJSON({ ...page, tasks: [] }), tasks: page.tasks.map(fromStored) };
  }

  /** Ids are an owner's own in the SDK and a tenant's in the registry, so each owner is a tenant. */
  #headers(context) {
    const owner = this.ownerOf(context);
    const tenant = createHash('sha256').update(JSON.stringify([this.space, context.tenant ?? '', owner])).digest('hex');
    return { 'X-Registry-Tenant': tenant, 'X-Registry-Subject': encodeURIComponent(owner).slice(0, 256), 'Content-Type': 'application/json' };
  }

  async #send(method, path, context, body) {
    const answer = await fetch(this.url + path, { method, headers: this.#headers(context), body: body && JSON.stringify(body) });
    if (answer.status === 404) {
      return undefined;
    }
    const json = await answer.json();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${json.detail}`);
    }
    return json;
  }
}
