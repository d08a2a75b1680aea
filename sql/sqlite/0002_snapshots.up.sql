CREATE TABLE snapshot_records (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    owner text,
    agent_id text,
    session_id text,
    series text,
    snapshot_id text,
    object_id text,
    snapshot_index integer,
    taken_at text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX snapshot_records_object_id ON snapshot_records (object_id, tenant, taken_at);
CREATE INDEX snapshot_records_snapshot_id ON snapshot_records (snapshot_id, tenant, taken_at);
CREATE INDEX snapshot_records_series ON snapshot_records (series, tenant, taken_at);
CREATE INDEX snapshot_records_agent_id ON snapshot_records (agent_id, tenant, taken_at);
CREATE INDEX snapshot_records_owner ON snapshot_records (owner, tenant, taken_at);
CREATE INDEX snapshot_records_taken_at ON snapshot_records (taken_at);

CREATE TABLE snapshot_uploads (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    owner text,
    started_at text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX snapshot_uploads_started_at ON snapshot_uploads (started_at);
