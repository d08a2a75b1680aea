-- Since 10.4.2 the provider reads the members and deletes the dead ones by this, one by one, each only as it was read.
INSERT INTO orleansquery (querykey, querytext) VALUES
('CleanupDefunctSiloEntryKey',
'DELETE FROM orleansmembershiptable
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status = 6
    AND starttime = @StartTime AND iamalivetime = @IAmAliveTime AND coalesce(suspecttimes, '''') = coalesce(@SuspectTimes, '''')');
