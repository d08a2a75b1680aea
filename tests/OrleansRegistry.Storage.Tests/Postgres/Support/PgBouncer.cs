using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A PgBouncer of a test's own before a database. Where the machine has none, the test is skipped.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];

    private readonly string folder;
    private readonly Process process;

    private PgBouncer(string folder, Process process, string connectionString) =>
        (this.folder, this.process, ConnectionString) = (folder, process, connectionString);

    /// <summary>The database by way of it.</summary>
    public string ConnectionString { get; }

    public static async Task<PgBouncer> StartAsync(NpgsqlConnectionStringBuilder database, string mode)
    {
        var program = Array.Find(Places, File.Exists);
        Assert.SkipWhen(program is null, "NO PGBOUNCER: install it (apt-get install pgbouncer). Nothing of poolers was tested.");
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-pgbouncer-").FullName;
        var through = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = FreePort() };
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), $"\"{database.Username}\" \"{database.Password}\"\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "pgbouncer.ini"),
            $"""
            [databases]
            * = host={database.Host} port={database.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {through.Port}
            unix_socket_dir =
            auth_type = plain
            auth_file = {folder}/users
            pool_mode = {mode}
            """);
        foreach (var path in OperatingSystem.IsWindows() ? [] : System.IO.Directory.GetFiles(folder).Append(folder))
        {
#pragma warning disable CA1416 // There are no such paths on Windows.
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
#pragma warning restore CA1416
        }

        // It does not run as root, and becomes the user that it is told to.
        string[] words = Environment.UserName == "root"
            ? ["-u", "nobody", Path.Combine(folder, "pgbouncer.ini")]
            : [Path.Combine(folder, "pgbouncer.ini")];
        var process = Process.Start(
            new ProcessStartInfo(program!, words) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await Eventually.TrueAsync(() => ListensAsync(through.Port), "PgBouncer");
        return new PgBouncer(folder, process, through.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
