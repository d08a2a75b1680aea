CREATE TABLE given_vectors (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

ALTER TABLE given_vectors ALTER document SET STORAGE EXTERNAL;
ALTER TABLE given_vectors ALTER fields SET STORAGE EXTERNAL;
