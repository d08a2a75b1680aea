CREATE TABLE audit_pages (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    trail text,
    written_at text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX audit_pages_trail ON audit_pages (trail, tenant, written_at);
CREATE INDEX audit_pages_written_at ON audit_pages (written_at);
