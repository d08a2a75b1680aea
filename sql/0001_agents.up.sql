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
    PRIMARY KEY (tenant, id)
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
