-- Keys, users, rules: small things that each process has in memory. The id begins with what it is: key/…, user/….
CREATE TABLE trust_records (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea,
    fields bytea,
    deleted_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 60);

ALTER TABLE trust_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE trust_records ALTER fields SET STORAGE EXTERNAL;
CREATE INDEX trust_records_deleted ON trust_records (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE trust_changes (
    revision bigint PRIMARY KEY,
    tenants text[] COLLATE "C" NOT NULL,
    ids text[] COLLATE "C" NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO registry_revision (kind, value) VALUES ('trust', 0);
