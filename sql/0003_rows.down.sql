DROP FUNCTION registry_demand(bigint, bigint);
