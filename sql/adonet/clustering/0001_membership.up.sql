-- Who is in the cluster, as Orleans's ADO.NET membership provider reads and writes it.

-- What the providers run, by key. STORAGE_TYPE=adonet has its own rows in the same table.
CREATE TABLE IF NOT EXISTS orleansquery (
    querykey  varchar(64)   PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);

-- One row a cluster. Its version counts the changes of the cluster's members; heartbeats are none.
CREATE TABLE orleansmembershipversiontable (
    deploymentid text COLLATE "C" PRIMARY KEY,
    timestamp    timestamptz NOT NULL DEFAULT now(),
    version      integer     NOT NULL DEFAULT 0
);

-- One row a silo and start of it.
CREATE TABLE orleansmembershiptable (
    deploymentid text COLLATE "C" NOT NULL REFERENCES orleansmembershipversiontable,
    address      text COLLATE "C" NOT NULL,
    port         integer          NOT NULL,
    generation   integer          NOT NULL,
    siloname     text             NOT NULL,
    hostname     text             NOT NULL,
    status       integer          NOT NULL, -- 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead
    proxyport    integer,
    suspecttimes text,
    starttime    timestamptz      NOT NULL,
    iamalivetime timestamptz      NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
) WITH (fillfactor = 50);

-- The two functions below take the cluster's next version and change one row, or do neither: false where the version is not the expected
-- one, or the row is not as it must be. The version's row is locked first, so that changes of a cluster follow one another.

CREATE FUNCTION registry_add_member(
    _cluster text, _address text, _port integer, _generation integer, _silo text, _host text, _status integer, _proxy integer,
    _started timestamptz, _alive timestamptz, _expected integer)
    RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM orleansmembershipversiontable WHERE deploymentid = _cluster AND version = _expected FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO orleansmembershiptable (
        deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    VALUES (_cluster, _address, _port, _generation, _silo, _host, _status, _proxy, _started, _alive)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now() WHERE deploymentid = _cluster;
    RETURN true;
END
$$;

CREATE FUNCTION registry_change_member(
    _cluster text, _address text, _port integer, _generation integer, _status integer, _suspects text, _alive timestamptz, _expected integer)
    RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM orleansmembershipversiontable WHERE deploymentid = _cluster AND version = _expected FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE orleansmembershiptable SET status = _status, suspecttimes = _suspects, iamalivetime = _alive
    WHERE deploymentid = _cluster AND address = _address AND port = _port AND generation = _generation;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now() WHERE deploymentid = _cluster;
    RETURN true;
END
$$;

INSERT INTO orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey',
'WITH added AS (INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING deploymentid)
SELECT EXISTS (SELECT FROM added)'),
('InsertMembershipKey',
'SELECT registry_add_member(@DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime,
    @Version)'),
('UpdateMembershipKey',
'SELECT registry_change_member(@DeploymentId, @Address, @Port, @Generation, @Status, @SuspectTimes, @IAmAliveTime, @Version)'),
-- A silo that was declared dead brings no life back by a late heartbeat.
('UpdateIAmAlivetimeKey',
'UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status <> 6'),
-- Both tell the version even where there is no member.
('MembershipReadRowKey',
'SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime,
    m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m
    ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId'),
('MembershipReadAllKey',
'SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime,
    m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId'),
('GatewaysQueryKey',
'SELECT address, proxyport, generation FROM orleansmembershiptable
WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0'),
-- Dead rows only: one that is not dead belongs to a silo that somebody may still talk to.
('CleanupDefunctSiloEntriesKey',
'DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status = 6'),
('DeleteMembershipTableEntriesKey',
'WITH members AS (DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId)
DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId');
