-- Documents and fields are UTF-8 text in blobs: CAST(document AS text). Times are ISO 8601 in UTC, to the microsecond.

-- The newest version of each kind with revisions, and of all other kinds together ('record').
CREATE TABLE registry_revision (
    kind  text    PRIMARY KEY,
    value integer NOT NULL
) WITHOUT ROWID;

CREATE TABLE agents (
    tenant   text    NOT NULL,
    id       text    NOT NULL, -- shortened where it is very long: long_id has it whole
    long_id  text,
    version  integer NOT NULL, -- the revision of its last change
    document blob    NOT NULL, -- the card byte for byte as it was sent
    fields   blob    NOT NULL,
    PRIMARY KEY (id, tenant)
);

-- A task's head. The columns after fields are for queries, and null where the record has no readable fields.
CREATE TABLE task_records (
    tenant           text    NOT NULL,
    id               text    NOT NULL,
    long_id          text,
    version          integer NOT NULL,
    document         blob    NOT NULL,
    fields           blob    NOT NULL,
    context_id       text,
    state            text,
    state_timestamp  text,
    state_second     text,
    owner            text,
    agent_id         text,
    lease_expires_at text,
    open_deadline    text, -- when a task that is not over fails; null once it is over
    has_webhook      integer NOT NULL,
    metadata         text AS (CASE WHEN json_valid(CAST(fields AS text)) THEN json_extract(CAST(fields AS text), '$.metadata') END),
    created_at       text,
    updated_at       text,
    PRIMARY KEY (id, tenant)
);

-- Those for lists end with the second of the status: the updates of a task that is being worked on, many a second, touch no index.
CREATE INDEX task_records_context ON task_records (context_id, tenant, state, state_second);
CREATE INDEX task_records_owner ON task_records (owner, tenant, state, state_second);
CREATE INDEX task_records_state ON task_records (state, state_second);
CREATE INDEX task_records_agent ON task_records (agent_id, tenant, state, state_second) WHERE agent_id IS NOT NULL;
CREATE INDEX task_records_webhook ON task_records (owner, tenant, state, state_second) WHERE has_webhook;
CREATE INDEX task_records_lease ON task_records (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
CREATE INDEX task_records_deadline ON task_records (open_deadline) WHERE open_deadline IS NOT NULL;

CREATE TABLE context_records (
    tenant       text    NOT NULL,
    id           text    NOT NULL,
    long_id      text,
    version      integer NOT NULL,
    document     blob    NOT NULL,
    fields       blob    NOT NULL,
    owner        text,
    context_data text AS (CASE WHEN json_valid(CAST(fields AS text)) THEN json_extract(CAST(fields AS text), '$.context_data') END),
    created_at   text,
    updated_at   text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX context_records_owner ON context_records (owner, tenant, updated_at);
CREATE INDEX context_records_updated ON context_records (updated_at);

-- The feedback of one task; its key is the task's.
CREATE TABLE feedback_records (
    tenant   text    NOT NULL,
    id       text    NOT NULL,
    long_id  text,
    version  integer NOT NULL,
    document blob    NOT NULL,
    fields   blob    NOT NULL,
    PRIMARY KEY (id, tenant)
);

-- Pages of history (h), artifacts (a), messages of contexts (c) and feedback (f), written once: <letter>/<number>/<id of whose they are>.
CREATE TABLE record_pages (
    tenant   text    NOT NULL,
    id       text    NOT NULL,
    long_id  text,
    version  integer NOT NULL,
    document blob    NOT NULL,
    fields   blob    NOT NULL,
    PRIMARY KEY (id, tenant)
);

-- For queries by hand: the tables as the system before this one had them. The items of a log are those in its pages, then the tail in its head.
CREATE VIEW tasks AS
SELECT t.id, t.context_id, 'task' AS kind, t.state, t.state_timestamp,
       (
           WITH RECURSIVE log AS (SELECT json_extract(t.head, '$.history') AS doc),
           page (number) AS (
               SELECT coalesce(doc ->> '$.base', 0) + 1 FROM log WHERE coalesce(doc ->> '$.base', 0) < doc ->> '$.pages'
               UNION ALL SELECT number + 1 FROM page, log WHERE number < doc ->> '$.pages'
           )
           SELECT json_group_array(json(item))
           FROM (
               SELECT number, paged.key AS place, paged.value AS item
               FROM page
               JOIN record_pages AS p ON p.id = 'h/' || number || '/' || t.id AND p.tenant = t.tenant
               JOIN json_each(CAST(p.document AS text)) AS paged
               UNION ALL
               SELECT (doc ->> '$.pages') + 1, tail.key, tail.value FROM log JOIN json_each(doc, '$.tail') AS tail
               ORDER BY 1, 2
           )
       ) AS history,
       (
           WITH RECURSIVE log AS (SELECT json_extract(t.head, '$.artifacts') AS doc),
           page (number) AS (
               SELECT coalesce(doc ->> '$.base', 0) + 1 FROM log WHERE coalesce(doc ->> '$.base', 0) < doc ->> '$.pages'
               UNION ALL SELECT number + 1 FROM page, log WHERE number < doc ->> '$.pages'
           )
           SELECT json_group_array(json(item))
           FROM (
               SELECT number, paged.key AS place, paged.value AS item
               FROM page
               JOIN record_pages AS p ON p.id = 'a/' || number || '/' || t.id AND p.tenant = t.tenant
               JOIN json_each(CAST(p.document AS text)) AS paged
               UNION ALL
               SELECT (doc ->> '$.pages') + 1, tail.key, tail.value FROM log JOIN json_each(doc, '$.tail') AS tail
               ORDER BY 1, 2
           )
       ) AS artifacts,
       t.metadata, t.created_at, t.updated_at, t.tenant, t.owner, t.agent_id, t.lease_expires_at, t.has_webhook, t.long_id, t.state_second
FROM (SELECT *, CASE WHEN json_valid(CAST(document AS text)) THEN CAST(document AS text) END AS head FROM task_records) AS t
WHERE t.state IS NOT NULL AND t.owner <> '';

CREATE VIEW contexts AS
SELECT c.id, c.context_data,
       (
           WITH RECURSIVE log AS (SELECT json_extract(c.head, '$.messages') AS doc),
           page (number) AS (
               SELECT coalesce(doc ->> '$.base', 0) + 1 FROM log WHERE coalesce(doc ->> '$.base', 0) < doc ->> '$.pages'
               UNION ALL SELECT number + 1 FROM page, log WHERE number < doc ->> '$.pages'
           )
           SELECT json_group_array(json(item))
           FROM (
               SELECT number, paged.key AS place, paged.value AS item
               FROM page
               JOIN record_pages AS p ON p.id = 'c/' || number || '/' || c.id AND p.tenant = c.tenant
               JOIN json_each(CAST(p.document AS text)) AS paged
               UNION ALL
               SELECT (doc ->> '$.pages') + 1, tail.key, tail.value FROM log JOIN json_each(doc, '$.tail') AS tail
               ORDER BY 1, 2
           )
       ) AS message_history,
       c.created_at, c.updated_at, c.tenant, c.owner, c.long_id
FROM (SELECT *, CASE WHEN json_valid(CAST(document AS text)) THEN CAST(document AS text) END AS head FROM context_records) AS c
WHERE c.updated_at IS NOT NULL AND c.owner <> '';

CREATE VIEW task_feedback AS
SELECT said.value ->> '$.number' AS id, f.id AS task_id, said.value -> '$.data' AS feedback_data, said.value ->> '$.at' AS created_at,
       said.value ->> '$.subject' AS subject, f.tenant
FROM (
    SELECT f.tenant, f.id, (
           WITH RECURSIVE log AS (SELECT json_extract(f.head, '$.items') AS doc),
           page (number) AS (
               SELECT coalesce(doc ->> '$.base', 0) + 1 FROM log WHERE coalesce(doc ->> '$.base', 0) < doc ->> '$.pages'
               UNION ALL SELECT number + 1 FROM page, log WHERE number < doc ->> '$.pages'
           )
           SELECT json_group_array(json(item))
           FROM (
               SELECT number, paged.key AS place, paged.value AS item
               FROM page
               JOIN record_pages AS p ON p.id = 'f/' || number || '/' || f.id AND p.tenant = f.tenant
               JOIN json_each(CAST(p.document AS text)) AS paged
               UNION ALL
               SELECT (doc ->> '$.pages') + 1, tail.key, tail.value FROM log JOIN json_each(doc, '$.tail') AS tail
               ORDER BY 1, 2
           )
       ) AS items
    FROM (SELECT *, CASE WHEN json_valid(CAST(document AS text)) THEN CAST(document AS text) END AS head FROM feedback_records) AS f
) AS f
JOIN json_each(f.items) AS said;

CREATE VIEW agent_cards AS
SELECT a.tenant, a.id, a.version AS revision, a.card, a.card ->> '$.name' AS name, a.kept ->> '$.enabled' AS enabled,
       a.kept ->> '$.created_at' AS created_at, a.kept ->> '$.updated_at' AS updated_at, a.card -> '$.skills' AS skills,
       (SELECT json_group_array(DISTINCT tag.value) FROM json_each(a.card, '$.skills') AS skill JOIN json_each(skill.value, '$.tags') AS tag) AS tags
FROM (
    SELECT tenant, id, version,
           CASE WHEN json_valid(CAST(document AS text)) THEN CAST(document AS text) END AS card,
           CASE WHEN json_valid(CAST(fields AS text)) THEN CAST(fields AS text) END AS kept
    FROM agents
) AS a;
