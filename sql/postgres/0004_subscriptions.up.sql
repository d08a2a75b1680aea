CREATE TABLE subscription_records (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    owner text COLLATE "C",
    created_at timestamptz,
    active_since timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX subscription_records_owner ON subscription_records (owner, tenant, created_at);
CREATE INDEX subscription_records_created_at ON subscription_records (created_at);
CREATE INDEX subscription_records_active_since ON subscription_records (active_since) WHERE active_since IS NOT NULL;
ALTER TABLE subscription_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE subscription_records ALTER fields SET STORAGE EXTERNAL;
