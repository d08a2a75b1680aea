-- Every change of a grain state called 'agent' becomes a change of the table agents, in the same transaction, with the next revision.

CREATE FUNCTION registry_project_agent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _row      orleansstorage;
    _head     json;
    _at       integer;
    _document bytea;
    _fields   bytea;
    _revision bigint;
    _tenant   text;
    _id       text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        _row := OLD;
        _row.payloadbinary := NULL;
    ELSE
        _row := NEW;
    END IF;
    IF _row.grainidextensionstring IS NULL OR _row.grainidextensionstring NOT LIKE 't/%/%' THEN
        RAISE EXCEPTION 'the key of an agent is t/<tenant>/<id>, and not %', coalesce(_row.grainidextensionstring, '(none)');
    END IF;

    -- The document is the last member of the payload, and no string of JSON can hold what begins it.
    IF _row.payloadbinary IS NOT NULL THEN
        IF length(_row.payloadbinary) < 2 OR get_byte(_row.payloadbinary, 0) <> 123 THEN
            RAISE EXCEPTION 'the payload of agent % is no JSON object', _row.grainidextensionstring;
        END IF;
        _at := position('\x2c22646f63756d656e74223a'::bytea IN _row.payloadbinary); -- ,"document":
        IF _at = 0 THEN
            _head := convert_from(_row.payloadbinary, 'UTF8')::json;
            _document := ''::bytea;
        ELSE
            _head := (convert_from(substr(_row.payloadbinary, 1, _at - 1), 'UTF8') || '}')::json;
            _document := substr(_row.payloadbinary, _at + 12, length(_row.payloadbinary) - _at - 12);
        END IF;
        _fields := CASE WHEN json_typeof(_head -> 'fields') = 'object' THEN convert_to((_head -> 'fields')::text, 'UTF8') ELSE ''::bytea END;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- Of two who insert one agent the second waits here, finds the row of the first, and inserts nothing.
        PERFORM FROM registry_revision WHERE kind = 'agent' FOR UPDATE;
        IF EXISTS (
            SELECT FROM orleansstorage AS s
            WHERE s.grainidhash = NEW.grainidhash AND s.graintypehash = NEW.graintypehash AND s.grainidn0 = NEW.grainidn0
                AND s.grainidn1 = NEW.grainidn1 AND s.graintypestring = NEW.graintypestring
                AND coalesce(s.grainidextensionstring, '') = coalesce(NEW.grainidextensionstring, '') AND s.serviceid = NEW.serviceid)
        THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE registry_revision SET value = value + 1 WHERE kind = 'agent' RETURNING value INTO STRICT _revision;
    _tenant := split_part(_row.grainidextensionstring, '/', 2);
    _id := regexp_replace(_row.grainidextensionstring, '^t/[^/]*/', '');
    INSERT INTO agents AS a (tenant, id, long_id, version, document, fields, deleted_at)
    VALUES (_tenant, _id, _head ->> 'long_id', _revision, _document, _fields, CASE WHEN _document IS NULL THEN now() END)
    ON CONFLICT (tenant, id) DO UPDATE SET
        version = excluded.version, document = excluded.document, fields = excluded.fields, deleted_at = excluded.deleted_at;
    INSERT INTO agent_changes (revision, tenants, ids) VALUES (_revision, ARRAY[_tenant], ARRAY[_id]);
    PERFORM pg_notify('registry_agents', _revision || ' adonet');
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    NEW.revision := _revision;
    NEW.version := registry_version(_revision);
    RETURN NEW;
END
$$;

CREATE TRIGGER registry_agent_written BEFORE INSERT OR UPDATE ON orleansstorage
    FOR EACH ROW WHEN (NEW.graintypestring = 'agent') EXECUTE FUNCTION registry_project_agent();
CREATE TRIGGER registry_agent_deleted BEFORE DELETE ON orleansstorage
    FOR EACH ROW WHEN (OLD.graintypestring = 'agent' AND OLD.payloadbinary IS NOT NULL) EXECUTE FUNCTION registry_project_agent();

-- Nothing but those writes agents: a server of STORAGE_TYPE=postgres on this database is refused.
CREATE FUNCTION registry_refuse_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = 'the agents of this database are written with STORAGE_TYPE=adonet only';
END
$$;

CREATE TRIGGER registry_agents_projected BEFORE INSERT OR UPDATE OF version ON agents
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION registry_refuse_agent();
