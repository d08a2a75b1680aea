-- The database of a registry whose grains persist through Orleans's stock ADO.NET provider. One database is one registry.
DO $$
BEGIN
    IF EXISTS (SELECT FROM agents WHERE document IS NOT NULL) THEN
        RAISE EXCEPTION 'this database holds agents of STORAGE_TYPE=postgres; STORAGE_TYPE=adonet needs a database of its own';
    END IF;
END
$$;

-- What the provider runs, by the keys under which it looks when it opens.
CREATE TABLE orleansquery (
    querykey  varchar(64)   PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);

CREATE TABLE orleansstorage (
    grainidhash            integer          NOT NULL,
    grainidn0              bigint           NOT NULL,
    grainidn1              bigint           NOT NULL,
    graintypehash          integer          NOT NULL,
    graintypestring        text COLLATE "C" NOT NULL, -- the name of the state
    grainidextensionstring text COLLATE "C",          -- the key where it is text: t/<tenant>/<id>
    serviceid              text COLLATE "C" NOT NULL,
    payloadbinary          bytea,                     -- null once it was cleared
    modifiedon             timestamptz      NOT NULL DEFAULT now(),
    version                integer          NOT NULL, -- the ETag; of an agent, the low 32 bits of its revision
    revision               bigint                     -- of an agent: the registry revision of its last change
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX orleansstorage_key ON orleansstorage
    (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, coalesce(grainidextensionstring, ''), serviceid);

-- A number as a version: its low 32 bits. After the highest comes the lowest.
CREATE FUNCTION registry_version(number bigint) RETURNS integer LANGUAGE sql IMMUTABLE
    RETURN ((number + 2147483648) % 4294967296 - 2147483648)::integer;

-- The new version, or null where the stored one is not what the writer expects: the provider then reports a lost race. A writer that
-- expects none may write over what was cleared.
CREATE FUNCTION registry_write_state(
    _idhash integer, _n0 bigint, _n1 bigint, _typehash integer, _type text, _extension text, _service text, _expected integer, _payload bytea)
    RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    _version integer;
BEGIN
    UPDATE orleansstorage SET payloadbinary = _payload, version = registry_version(version + 1::bigint), modifiedon = now()
    WHERE grainidhash = _idhash AND graintypehash = _typehash AND grainidn0 = _n0 AND grainidn1 = _n1 AND graintypestring = _type
        AND coalesce(grainidextensionstring, '') = coalesce(_extension, '') AND serviceid = _service
        AND CASE WHEN _expected IS NULL THEN payloadbinary IS NULL ELSE version = _expected END
    RETURNING version INTO _version;
    IF NOT FOUND AND _expected IS NULL THEN
        INSERT INTO orleansstorage (
            grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
        VALUES (_idhash, _n0, _n1, _typehash, _type, _extension, _service, _payload, 1)
        ON CONFLICT DO NOTHING
        RETURNING version INTO _version;
    END IF;
    RETURN _version;
END
$$;

INSERT INTO orleansquery (querykey, querytext) VALUES
('WriteToStorageKey',
'SELECT registry_write_state(@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
    @GrainStateVersion, @PayloadBinary) AS newgrainstateversion'),
-- An agent's revision is told inside its payload, as the provider hands on nothing else.
('ReadFromStorageKey',
'SELECT CASE WHEN revision IS NULL THEN payloadbinary
        ELSE convert_to(''{"revision":'' || revision || '','', ''UTF8'') || substr(payloadbinary, 2) END AS payloadbinary, version
FROM orleansstorage
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
    AND serviceid = @ServiceId'),
('ClearStorageKey',
'UPDATE orleansstorage SET payloadbinary = NULL, version = registry_version(version + 1::bigint), modifiedon = now()
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
    AND serviceid = @ServiceId AND version = @GrainStateVersion
RETURNING version'),
('DeleteStorageKey',
'DELETE FROM orleansstorage
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
    AND serviceid = @ServiceId AND version = @GrainStateVersion
RETURNING registry_version(version + 1::bigint)');
