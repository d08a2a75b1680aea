using OrleansRegistry.Benchmarks;

// All rows, or those whose group is named: lookup, write, http, memory, postgres, tasks; and cluster and cluster-faults, which start processes and are only run by name.
string[] groups = args.Length > 0 ? args : ["lookup", "write", "http", "memory", "postgres", "tasks"];
Console.WriteLine($"# {Environment.ProcessorCount} processors, .NET {Environment.Version}, engine {EngineName.Current}");
Console.WriteLine(Row.Header);
var missed = 0;
// Memory first: what the others leave behind would be counted in.
foreach (var group in groups.OrderByDescending(group => group == "memory"))
{
    var rows = group switch
    {
        "lookup" => LookupRows.RunAsync(),
        "write" => WriteRows.RunAsync(),
        "http" => HttpRows.RunAsync(),
        "postgres" => PostgresRows.RunAsync(),
        "tasks" => TaskRows.RunAsync(),
        "cluster" => ClusterRows.RunAsync(),
        "cluster-faults" => ClusterRows.RunFaultsAsync(),
        "memory" => One(MemoryRow.RunAsync),
        _ => throw new InvalidOperationException($"No group is called '{group}'; there are lookup, write, http, memory, postgres, tasks, cluster, cluster-faults."),
    };
    await foreach (var row in rows)
    {
        Console.WriteLine(row);
        missed += row.Reached ? 0 : 1;
    }
}

return missed == 0 ? 0 : 1;

static async IAsyncEnumerable<Row> One(Func<Task<Row>> run)
{
    yield return await run();
}
