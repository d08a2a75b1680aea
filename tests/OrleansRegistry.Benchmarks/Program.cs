using OrleansRegistry.Benchmarks;

// All rows, or those of the groups that are named. The last groups start processes, and are only run by name: sdk needs node and npm.
OrderedDictionary<string, Func<IAsyncEnumerable<Row>>> groups = new()
{
    ["memory"] = MemoryRow.RunAsync,
    ["lookup"] = LookupRows.RunAsync,
    ["write"] = WriteRows.RunAsync,
    ["sqlite"] = SqliteRows.RunAsync,
    ["http"] = HttpRows.RunAsync,
    ["callers"] = CallerRows.RunAsync,
    ["audit"] = AuditRows.RunAsync,
    ["overload"] = OverloadRows.RunAsync,
    ["postgres"] = PostgresRows.RunAsync,
    ["tasks"] = TaskRows.RunAsync,
    ["a2a"] = A2ARows.RunAsync,
    ["streams"] = StreamRows.RunAsync,
    ["push"] = PushRows.RunAsync,
    ["watch"] = WatchRows.RunAsync,
    ["backups"] = BackupRows.RunAsync,
    ["sdk"] = SdkRows.RunAsync,
    ["cluster"] = ClusterRows.RunAsync,
    ["cluster-faults"] = ClusterRows.RunFaultsAsync,
    ["transfer"] = TransferRows.RunAsync,
    ["snapshots"] = SnapshotRows.RunAsync,
    ["scale"] = ScaleRows.RunAsync,
    ["heartbeats"] = HeartbeatRows.RunAsync,
    ["quality"] = QualityRows.RunAsync,
    ["search"] = SearchRows.RunAsync,
    ["vectors"] = VectorSpeedRows.RunAsync,
    ["hybrid"] = HybridRows.RunAsync,
    ["growth"] = GrowthRows.RunAsync,
};
if (args is [SqliteRows.ResidentOf, var folder])
{
    await SqliteRows.PrintResidentAsync(folder);
    return 0;
}

if (args is [GroupProcess.RowsOnly, var only])
{
    return await PrintAsync(only) ? 0 : GroupProcess.Missed;
}

string[] byNameAlone = ["sdk", "scale", "quality", "search", "vectors", "hybrid", "growth"];
string[] chosen = args.Length > 0
    ? args
    : [.. groups.Keys.Where(group => !byNameAlone.Contains(group) && !group.StartsWith("cluster", StringComparison.Ordinal))];
if (chosen.FirstOrDefault(group => !groups.ContainsKey(group)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"No group is called '{unknown}'; there are {string.Join(", ", groups.Keys)}.");
    return 2;
}

Console.WriteLine($"# {Environment.ProcessorCount} processors, .NET {Environment.Version}, Orleans {typeof(Grain).Assembly.GetName().Version}");
Console.WriteLine(Row.Header);
var reached = true;
foreach (var group in chosen)
{
    reached &= chosen.Length == 1 ? await PrintAsync(group) : await GroupProcess.RunAsync(group);
}

return reached ? 0 : 1;

async Task<bool> PrintAsync(string group)
{
    var all = true;
    await foreach (var row in groups[group]())
    {
        Console.WriteLine(row);
        all &= row.Reached;
    }

    return all;
}
