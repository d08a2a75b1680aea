-- A batch changes the rows that it has just looked up by their places. Where one was moved by hand meanwhile, all is taken back: the writer tries again.
CREATE FUNCTION registry_demand(changed bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF changed <> expected THEN
        RAISE EXCEPTION 'rows were changed beside a batch' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN true;
END
$$;
