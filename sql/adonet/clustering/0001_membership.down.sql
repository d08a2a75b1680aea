DELETE FROM orleansquery WHERE querykey IN (
    'InsertMembershipVersionKey', 'InsertMembershipKey', 'UpdateMembershipKey', 'UpdateIAmAlivetimeKey', 'MembershipReadRowKey',
    'MembershipReadAllKey', 'GatewaysQueryKey', 'CleanupDefunctSiloEntriesKey', 'DeleteMembershipTableEntriesKey');
DROP FUNCTION registry_change_member(text, text, integer, integer, integer, text, timestamptz, integer);
DROP FUNCTION registry_add_member(text, text, integer, integer, text, text, integer, integer, timestamptz, timestamptz, integer);
DROP TABLE orleansmembershiptable;
DROP TABLE orleansmembershipversiontable;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM orleansquery) THEN
        DROP TABLE orleansquery;
    END IF;
END
$$;
