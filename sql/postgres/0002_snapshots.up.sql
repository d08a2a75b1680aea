CREATE TABLE snapshot_records (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    owner text COLLATE "C",
    agent_id text COLLATE "C",
    session_id text COLLATE "C",
    series text COLLATE "C",
    snapshot_id text COLLATE "C",
    object_id text COLLATE "C",
    snapshot_index bigint,
    taken_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX snapshot_records_object_id ON snapshot_records (object_id, tenant, taken_at);
CREATE INDEX snapshot_records_snapshot_id ON snapshot_records (snapshot_id, tenant, taken_at);
CREATE INDEX snapshot_records_series ON snapshot_records (series, tenant, taken_at);
CREATE INDEX snapshot_records_agent_id ON snapshot_records (agent_id, tenant, taken_at);
CREATE INDEX snapshot_records_owner ON snapshot_records (owner, tenant, taken_at);
CREATE INDEX snapshot_records_taken_at ON snapshot_records (taken_at);
ALTER TABLE snapshot_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE snapshot_records ALTER fields SET STORAGE EXTERNAL;

CREATE TABLE snapshot_uploads (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    owner text COLLATE "C",
    started_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX snapshot_uploads_started_at ON snapshot_uploads (started_at);
ALTER TABLE snapshot_uploads ALTER document SET STORAGE EXTERNAL;
ALTER TABLE snapshot_uploads ALTER fields SET STORAGE EXTERNAL;
