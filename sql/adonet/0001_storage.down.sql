DROP FUNCTION registry_write_state(integer, bigint, bigint, integer, text, text, text, integer, bytea);
DROP FUNCTION registry_version(bigint);
DROP TABLE orleansstorage;
DROP TABLE orleansquery;
