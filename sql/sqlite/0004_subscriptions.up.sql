CREATE TABLE subscription_records (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    owner text,
    created_at text,
    active_since text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX subscription_records_owner ON subscription_records (owner, tenant, created_at);
CREATE INDEX subscription_records_created_at ON subscription_records (created_at);
CREATE INDEX subscription_records_active_since ON subscription_records (active_since) WHERE active_since IS NOT NULL;
