-- One row a kind of record. Every batch of writes locks it first, so that revision order is commit order.
CREATE TABLE registry_revision (
    kind    text   PRIMARY KEY,
    value   bigint NOT NULL,          -- the newest committed revision
    horizon bigint NOT NULL DEFAULT 0 -- tombstones up to here may be gone: who knows less must start over
);

INSERT INTO registry_revision (kind, value) VALUES ('agent', 0);

-- One row a writing connection loop, with the outcome of its last batch: what a lost answer is read back from.
CREATE TABLE registry_writers (
    id             uuid        PRIMARY KEY,
    batch          bigint      NOT NULL DEFAULT 0,
    first_revision bigint,
    lost           integer[],         -- the places in the batch of the writes that did not hold
    stored         bigint[],          -- the versions that those met
    closed         boolean     NOT NULL DEFAULT false, -- it commits nothing more
    at             timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE agents (
    tenant     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL, -- shortened where it is too long for an index: long_id has it whole
    long_id    text COLLATE "C",
    version    bigint NOT NULL,           -- the revision of its last change
    document   bytea,                     -- the card byte for byte as it was sent; null in a tombstone
    fields     bytea,
    deleted_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 4080, fillfactor = 60);

-- No index on what an update changes: the new version of a row lies beside the old one, and no index hears of it.
CREATE INDEX agents_deleted ON agents (deleted_at) WHERE deleted_at IS NOT NULL;

-- Which agents each commit changed: what the feed is read from.
CREATE TABLE agent_changes (
    revision bigint PRIMARY KEY,          -- the last of the commit
    tenants  text[] COLLATE "C" NOT NULL,
    ids      text[] COLLATE "C" NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);

-- For queries by hand. Filled from agents moments after a commit; null where the card does not have it, or jsonb cannot hold it.
CREATE TABLE agent_cards (
    tenant     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    revision   bigint NOT NULL,
    card       jsonb,
    name       text,
    enabled    boolean,
    created_at timestamptz,
    updated_at timestamptz,
    tags       text[],
    skills     text[],
    PRIMARY KEY (tenant, id)
);

CREATE INDEX agent_cards_query ON agent_cards USING gin (card jsonb_path_ops, tags, skills);

-- Up to which revision the tables for queries are filled. Who fills one locks its row.
CREATE TABLE registry_projections (
    kind     text   PRIMARY KEY,
    revision bigint NOT NULL
);

INSERT INTO registry_projections (kind, revision) VALUES ('agent', 0);

-- Null where jsonb cannot hold it.
CREATE FUNCTION registry_jsonb(document bytea) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(document, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR feature_not_supported THEN
    RETURN NULL;
END
$$;

-- A batch changes the rows that it has just looked up by their places. Where one was moved by hand meanwhile, all is taken back: the writer tries again.
CREATE FUNCTION registry_demand(changed bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF changed <> expected THEN
        RAISE EXCEPTION 'rows were changed beside a batch' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN true;
END
$$;

-- Versions of the records below. Every batch of writes takes one number, and gives it and those after it to its up to 1,000 records.
CREATE SEQUENCE record_version INCREMENT 1000 MINVALUE 1;

-- The id comes first in the primary keys, so that queries by hand need not name the tenant.
-- A task's head. What is not in the document or the fields byte for byte is for queries, and null where the record has no readable fields.
CREATE TABLE task_records (
    tenant           text COLLATE "C" NOT NULL,
    id               text COLLATE "C" NOT NULL, -- shortened where it is too long for an index: long_id has it whole
    long_id          text COLLATE "C",
    version          bigint  NOT NULL,
    document         bytea   NOT NULL,
    fields           bytea   NOT NULL,
    context_id       text COLLATE "C",
    state            text COLLATE "C",
    state_timestamp  timestamptz,
    state_second     timestamptz GENERATED ALWAYS AS (date_bin('1 second', state_timestamp, '0001-01-01 00:00:00Z')) STORED,
    owner            text COLLATE "C",
    agent_id         text COLLATE "C",
    lease_expires_at timestamptz,
    open_deadline    timestamptz,               -- when a task that is not over fails; null once it is over
    has_webhook      boolean NOT NULL,
    metadata         jsonb,                     -- null where there is none, or jsonb cannot hold it
    created_at       timestamptz,
    updated_at       timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

-- Heads are small, and change often: compressing them would cost more than their bytes.
ALTER TABLE task_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE task_records ALTER fields SET STORAGE EXTERNAL;

-- Those for lists end with the second of the status and leave the rest of the order to a sort of the few that share it: the updates of a task that is
-- being worked on, many a second where its agent streams, touch no index.
CREATE INDEX task_records_context ON task_records (context_id, tenant, state, state_second) INCLUDE (owner);
CREATE INDEX task_records_owner ON task_records (owner, tenant, state, state_second);
CREATE INDEX task_records_state ON task_records (state, state_second);
CREATE INDEX task_records_agent ON task_records (agent_id, tenant, state, state_second) WHERE agent_id IS NOT NULL;
CREATE INDEX task_records_webhook ON task_records (owner, tenant, state, state_second) WHERE has_webhook;
CREATE INDEX task_records_lease ON task_records (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
CREATE INDEX task_records_deadline ON task_records (open_deadline) WHERE open_deadline IS NOT NULL;
CREATE INDEX task_records_metadata ON task_records USING gin (metadata jsonb_path_ops) WITH (gin_pending_list_limit = 512) WHERE metadata IS NOT NULL;

CREATE TABLE context_records (
    tenant       text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    long_id      text COLLATE "C",
    version      bigint NOT NULL,
    document     bytea  NOT NULL,
    fields       bytea  NOT NULL,
    owner        text COLLATE "C",
    context_data jsonb,
    created_at   timestamptz,
    updated_at   timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

ALTER TABLE context_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE context_records ALTER fields SET STORAGE EXTERNAL;

CREATE INDEX context_records_owner ON context_records (owner, tenant, updated_at);
CREATE INDEX context_records_updated ON context_records (updated_at);
CREATE INDEX context_records_data ON context_records USING gin (context_data jsonb_path_ops) WITH (gin_pending_list_limit = 512) WHERE context_data IS NOT NULL;

-- The feedback of one task; its key is the task's.
CREATE TABLE feedback_records (
    tenant   text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    long_id  text COLLATE "C",
    version  bigint NOT NULL,
    document bytea  NOT NULL,
    fields   bytea  NOT NULL,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

ALTER TABLE feedback_records ALTER document SET STORAGE EXTERNAL;

-- Pages of history (h), artifacts (a), messages of contexts (c) and feedback (f), written once: <letter>/<number>/<id of whose they are>.
CREATE TABLE record_pages (
    tenant   text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    long_id  text COLLATE "C",
    version  bigint NOT NULL,
    document bytea  NOT NULL,
    fields   bytea  NOT NULL,
    PRIMARY KEY (id, tenant)
);

-- All items of a log, oldest first: those in pages, then the tail in its head. Items of a page that jsonb cannot hold are left out.
CREATE FUNCTION registry_log(_tenant text, _letter text, _id text, _log jsonb) RETURNS jsonb LANGUAGE sql STABLE STRICT AS $$
    SELECT coalesce(jsonb_agg(items.item ORDER BY items.page, items.place), '[]')
    FROM (
        SELECT n AS page, paged.place, paged.item
        FROM generate_series(coalesce((_log ->> 'base')::bigint, 0) + 1, (_log ->> 'pages')::bigint) AS n
        JOIN record_pages AS p ON p.tenant = _tenant AND p.id = _letter || '/' || n || '/' || _id
        CROSS JOIN jsonb_array_elements(registry_jsonb(p.document)) WITH ORDINALITY AS paged (item, place)
        UNION ALL
        SELECT (_log ->> 'pages')::bigint + 1, tail.place, tail.item
        FROM jsonb_array_elements(_log -> 'tail') WITH ORDINALITY AS tail (item, place)
    ) AS items
$$;

-- For queries by hand: the tables as the system before this one had them.
CREATE VIEW tasks AS
SELECT t.id, t.context_id, 'task' AS kind, t.state, t.state_timestamp,
       registry_log(t.tenant, 'h', t.id, registry_jsonb(t.document) -> 'history') AS history,
       registry_log(t.tenant, 'a', t.id, coalesce(registry_jsonb(t.document) -> 'artifacts', '{"pages":0,"tail":[]}')) AS artifacts,
       t.metadata, t.created_at, t.updated_at, t.tenant, t.owner, t.agent_id, t.lease_expires_at, t.has_webhook, t.long_id, t.state_second
FROM task_records AS t
WHERE t.state IS NOT NULL AND t.owner <> '';

CREATE VIEW contexts AS
SELECT c.id, c.context_data,
       registry_log(c.tenant, 'c', c.id, registry_jsonb(c.document) -> 'messages') AS message_history,
       c.created_at, c.updated_at, c.tenant, c.owner, c.long_id
FROM context_records AS c
WHERE c.updated_at IS NOT NULL AND c.owner <> '';

CREATE VIEW task_feedback AS
SELECT (said.item ->> 'number')::bigint AS id, f.id AS task_id, said.item -> 'data' AS feedback_data,
       (said.item ->> 'at')::timestamptz AS created_at, said.item ->> 'subject' AS subject, f.tenant
FROM feedback_records AS f
CROSS JOIN jsonb_array_elements(registry_log(f.tenant, 'f', f.id, registry_jsonb(f.document) -> 'items')) AS said (item);
