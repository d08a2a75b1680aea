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
    revision   bigint NOT NULL,
    document   bytea,                     -- the card byte for byte as it was sent; null in a tombstone
    fields     bytea,
    deleted_at timestamptz,
    -- For queries by hand; null where the card does not have it, or jsonb cannot hold it.
    card       jsonb,
    name       text,
    enabled    boolean,
    created_at timestamptz,
    updated_at timestamptz,
    tags       text[],
    skills     text[],
    PRIMARY KEY (tenant, id)
) WITH (toast_tuple_target = 4080, fillfactor = 80);

CREATE UNIQUE INDEX agents_revision ON agents (revision);
CREATE INDEX agents_deleted ON agents (deleted_at) WHERE deleted_at IS NOT NULL;
-- A small list of pending entries: the batch that must empty it does not wait long.
CREATE INDEX agents_query ON agents USING gin (card jsonb_path_ops, tags, skills) WITH (gin_pending_list_limit = 512);
