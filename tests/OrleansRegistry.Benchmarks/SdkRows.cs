using OrleansRegistry.Hosting;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>New tasks in new contexts over HTTP on PostgreSQL, beside the task store of the A2A SDK on the same server.</summary>
internal static class SdkRows
{
    private const int Connections = 32;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var server = await PrivateServer.StartAsync(
            PrivateServer.FindBinaries()
                ?? throw new InvalidOperationException("The group sdk needs PostgreSQL's programs initdb and postgres on this machine."));
        await using var sdk = await SdkTaskStore.StartAsync(await PostgresRows.CreateAsync(server, "sdk"));
        await using var host = await HttpHost.RegistryAsync(
            new PostgresStoreOptions { ConnectionString = await PostgresRows.CreateAsync(server, "registry") });
        using var load = new HttpLoad(Enumerable.Repeat(host.Address, Connections));
        var next = 0;
        byte[] Request(int caller, int count) => HttpLoad.Post(
            "/tasks",
            System.Text.Encoding.UTF8
                .GetBytes("{\"message\":{\"role\":\"user\",\"messageId\":\"m-" + next++ + "\",\"parts\":[{\"text\":\"Rain in Oslo today?\"}]}}"));
        var (here, reference) = await Measure.InTurn(() => load.Rate(Request), sdk.Rate);
        yield return new Row(
            "PostgreSQL: a new task in a new context over HTTP, 32 connections", Row.PerSecond(
                here), $"DatabaseTaskStore of @a2a-js/sdk 1.3, in its own process: {Row.PerSecond(reference)}",
            here / reference, "1", here >= reference);
    }
}
