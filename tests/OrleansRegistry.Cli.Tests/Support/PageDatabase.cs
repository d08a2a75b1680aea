using Npgsql;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Cli.Tests;

/// <summary>The database that a page names: empty, and gone with the test.</summary>
internal sealed class PageDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly string name = $"registry_page_{Guid.NewGuid():N}";

    private PageDatabase(NpgsqlConnectionStringBuilder server) => this.server = server;

    /// <summary>As <c>--store</c> takes it.</summary>
    public string Store => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;

    public static async Task<PageDatabase> CreateAsync()
    {
        var server = PostgresConnectionString.Parse(await TestServer.UrlAsync());
        server.Pooling = false;
        var database = new PageDatabase(server);
        await database.ExecuteAsync($"CREATE DATABASE {database.name} TEMPLATE template0 STRATEGY FILE_COPY ENCODING 'UTF8'");
        return database;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
