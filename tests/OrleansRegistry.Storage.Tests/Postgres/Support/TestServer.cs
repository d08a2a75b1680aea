using System.Collections.Concurrent;
using OrleansRegistry.Storage.Tests.Postgres;

[assembly: AssemblyFixture(typeof(TestServer))]

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>
/// The PostgreSQL that tests share: the one that <c>TEST_DATABASE_URL</c> names, else a <see cref="PrivateServer"/>, started by the first
/// test that wants it. Where there is neither, those tests are skipped.
/// </summary>
public sealed class TestServer : IAsyncLifetime
{
    private const string Missing =
        "NO POSTGRESQL: name one in TEST_DATABASE_URL, or install the server (initdb and postgres). Nothing of the PostgreSQL store was tested.";

    private static readonly Lazy<Task<(string Url, PrivateServer? Own)>> Shared = new(StartAsync);

    private static readonly ConcurrentQueue<IAsyncDisposable> Kept = new();

    /// <summary>True where there is no PostgreSQL to test on.</summary>
    public static bool IsMissing => Named is null && PrivateServer.FindBinaries() is null;

    private static string? Named => Environment.GetEnvironmentVariable("TEST_DATABASE_URL") is { Length: > 0 } named ? named : null;

    public static void SkipWhereMissing() => Assert.SkipWhen(IsMissing, Missing);

    /// <summary>Where the shared server is.</summary>
    public static async Task<string> UrlAsync() => (await Shared.Value).Url;

    /// <summary>Disposes of what tests share once all have run.</summary>
    internal static void AtTheEnd(IAsyncDisposable kept) => Kept.Enqueue(kept);

    /// <summary>A server that the test may kill.</summary>
    internal static async Task<PrivateServer> PrivateAsync()
    {
        var binaries = PrivateServer.FindBinaries();
        Assert.SkipWhen(binaries is null, Missing);
        return await PrivateServer.StartAsync(binaries!, isLossy: true);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var kept in Kept)
        {
            await kept.DisposeAsync();
        }

        if (Shared.IsValueCreated && Shared.Value.IsCompletedSuccessfully && (await Shared.Value).Own is { } server)
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<(string Url, PrivateServer? Own)> StartAsync()
    {
        if (Named is { } named)
        {
            return (named, null);
        }

        var own = await PrivateAsync();
        return (own.Url, own);
    }
}
