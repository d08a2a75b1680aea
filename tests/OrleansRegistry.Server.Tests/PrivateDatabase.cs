using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Server.Tests;

/// <summary>A PostgreSQL server of a test's own, and the settings by which a registry uses it.</summary>
internal sealed class PrivateDatabase(PrivateServer server) : IAsyncDisposable
{
    public const string Password = PrivateServer.Password;

    public static async Task<PrivateDatabase> StartAsync() => new(await TestServer.PrivateAsync());

    public Dictionary<string, string> Settings(params (string Name, string Value)[] more) => DatabaseSettings.Of(server.Url, more);

    public Task KillAsync() => server.KillAsync();

    public Task RestartAsync() => server.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

internal static class DatabaseSettings
{
    /// <summary>The settings by which a server uses this database.</summary>
    public static Dictionary<string, string> ServerSettings(this TestDatabase database, params (string Name, string Value)[] more) =>
        Of(database.Settings.ConnectionString, more);

    public static Dictionary<string, string> Of(string url, (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["DATABASE_URL"] = url };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }
}
