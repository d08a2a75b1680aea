using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Trust;
using OrleansRegistry.Trust.Logins;
using OrleansRegistry.Trust.Tenants;

namespace OrleansRegistry.Tests.Trust;

/// <summary>The processes, on one store in memory, with time that stands still.</summary>
public sealed partial class LoginTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-05-01T12:00:00Z", null));
    private readonly SqliteStore store = TestStores.InMemory();
    private readonly RegistryOptions options = new() { Logins = new LoginOptions { HashIterations = 1 } };
    private readonly List<Process> processes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.OpenAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.Feed.StopAsync(CancellationToken.None);
            process.Feed.Dispose();
            process.Hashing.Dispose();
        }

        await store.DisposeAsync();
    }

    private static async Task<RegistryException> RefusalAsync(Func<Task> act) => await Assert.ThrowsAsync<RegistryException>(act);

    private static async Task Within2sAsync(Func<bool> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "Two seconds have passed.");
            await Task.Delay(1, Cancellation);
        }
    }

    private async Task<string> StoredAsync(string type, string tenant, string id) =>
        (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf(type, tenant, id), Cancellation))!.Body.Document.ToString();

    private async Task<Process> StartAsync()
    {
        var loops = new BackgroundLoops(TimeProvider.System, NullLogger<BackgroundLoops>.Instance);
        var records = new TrustRecords(store, new UnreadableRecords(NullLogger<UnreadableRecords>.Instance), NullLogger<TrustRecords>.Instance);
        var feed = new TrustFeed(store, records, loops, NullLogger<TrustFeed>.Instance);
        var table = new SessionTable(records, new TrustCatchUp(records, store, TimeProvider.System), time);
        var tenants = new TenantGate(records, options);
        var operations = new Operations(new NoAudit(), tenants, room: null!);
        var hashing = new PasswordHashing(options);
        var throttle = new LoginThrottle(records, new SlowAddresses(time), time);
        var logins = new SessionRegistry(records, table, hashing, throttle, operations, new NoAudit(), tenants, options, time);
        var users = new UserRegistry(records, hashing, throttle, operations, tenants, time);
        var first = new FirstUser(records, hashing, time, NullLogger<FirstUser>.Instance);
        processes.Add(new Process(records, feed, table, hashing, throttle, logins, users, first));
        await feed.StartAsync(Cancellation);
        return processes[^1];
    }

    private sealed record Process(
        TrustRecords Records,
        TrustFeed Feed,
        SessionTable Table,
        PasswordHashing Hashing,
        LoginThrottle Throttle,
        ILogins Logins,
        IUsers Users,
        IFirstUser First);

    private sealed class NoAudit : IOperationAudit
    {
        public void DemandReady(Caller caller)
        {
        }

        public ValueTask TellAsync(Operation operation, Caller caller, IReadOnlyList<string?> ids, Exception? fault) => default;
    }
}
