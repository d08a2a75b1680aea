CREATE TABLE agent_versions (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    agent_id text,
    card_version text,
    number integer,
    registered_at text,
    written_at text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX agent_versions_agent_id ON agent_versions (agent_id, tenant, written_at);
CREATE INDEX agent_versions_written_at ON agent_versions (written_at);
