CREATE TABLE agent_versions (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    agent_id text COLLATE "C",
    card_version text COLLATE "C",
    number bigint,
    registered_at timestamptz,
    written_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX agent_versions_agent_id ON agent_versions (agent_id, tenant, written_at);
CREATE INDEX agent_versions_written_at ON agent_versions (written_at);
ALTER TABLE agent_versions ALTER document SET STORAGE EXTERNAL;
ALTER TABLE agent_versions ALTER fields SET STORAGE EXTERNAL;
