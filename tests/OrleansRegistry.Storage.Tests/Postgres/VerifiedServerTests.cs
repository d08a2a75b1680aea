using Npgsql;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A database whose certificate is looked at.</summary>
public sealed class VerifiedServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_database_is_who_its_certificate_says_or_nothing_is_sent_to_it()
    {
        TestServer.SkipWhereMissing();
        var url = await TestServer.UrlAsync();
        Assert.SkipUnless(new Uri(url).Host == "127.0.0.1", "The database is not of this machine.");
        using var authority = new CertificateMaker();
        using var other = new CertificateMaker();
        using var made = authority.Make();
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-db-tls-");
        try
        {
            await UseAsync(url, made.ExportCertificatePem(), CertificateMaker.KeyOf(made));
            var (right, wrong) = (Path.Combine(folder.FullName, "right.crt"), Path.Combine(folder.FullName, "wrong.crt"));
            await File.WriteAllTextAsync(right, authority.Pem, Cancelled);
            await File.WriteAllTextAsync(wrong, other.Pem, Cancelled);

            Assert.True(await IsEncryptedAsync($"{url}?sslmode=verify-full&sslrootcert={right}"));
            Assert.True(await IsEncryptedAsync($"{url}?sslmode=require"));
            var elsewhere = url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
            Assert.True(await IsEncryptedAsync($"{elsewhere}?sslmode=verify-ca&sslrootcert={right}"));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => IsEncryptedAsync($"{elsewhere}?sslmode=verify-full&sslrootcert={right}"));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => IsEncryptedAsync($"{url}?sslmode=verify-ca&sslrootcert={wrong}"));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => IsEncryptedAsync($"{url}?sslmode=verify-full"));
        }
        finally
        {
            await RunAsync(url, "ALTER SYSTEM RESET ssl", "SELECT pg_reload_conf()");
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Gives the running server a certificate; its own process writes the files, and so owns them.</summary>
    private static async Task UseAsync(string url, string certificate, string key)
    {
        await RunAsync(
            url,
            Copy(certificate, "tls.crt"),
            Copy(key, "tls.key"),
            "ALTER SYSTEM SET ssl_cert_file = 'tls.crt'",
            "ALTER SYSTEM SET ssl_key_file = 'tls.key'",
            "ALTER SYSTEM SET ssl = on",
            "SELECT pg_reload_conf()");
        while (await AskAsync(url, "SHOW ssl") is not "on")
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        static string Copy(string pem, string name) =>
            $"DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(string_to_array(%L, E''\\n''))) TO PROGRAM %L', '{pem.Trim()}', "
                + $"'umask 077; cat > ' || current_setting('data_directory') || '/{name}'); END $$";
    }

    private static async Task<bool> IsEncryptedAsync(string url) =>
        await AskAsync(url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is true;

    private static async Task RunAsync(string url, params string[] statements)
    {
        foreach (var statement in statements)
        {
            await AskAsync(url, statement);
        }
    }

    private static async Task<object?> AskAsync(string url, string statement)
    {
        await using var connection = new NpgsqlConnection(PostgresConnectionString.Parse(url) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(Cancelled);
    }
}
