using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>
/// A PostgreSQL server of this run's own, from the machine's binaries, in a temporary folder. It ends with this process, however that
/// ends: a shell that waits for the end of its input watches over it.
/// </summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    public const string User = "registry";
    public const string Password = "Se(ret-of-the-tests";

    private const string Watch =
        """
        program=$1 folder=$2
        shift 2
        "$program" -D "$folder/data" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" "$@" >>"$folder/log" 2>&1 </dev/null &
        echo $!
        read -r word || word=gone
        [ "$word" = keep ] || { kill -QUIT $!; wait $!; rm -rf "$folder"; }
        """;

    // A process that is killed loses nothing that it gave to the operating system.
    private static readonly string[] Lossy = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "jit=off"];

    /// <summary>Where Linux keeps files in memory: a test database is some 300 of them.</summary>
    private const string Memory = "/dev/shm";
    private const long MemoryBytes = 4L << 30;

    private readonly string folder;
    private readonly string binaries;
    private readonly string[] asUser;
    private readonly int port;
    private readonly bool isLossy;
    private Process? shell;
    private int pid;

    private PrivateServer(string folder, string binaries, string[] asUser, int port, bool isLossy) =>
        (this.folder, this.binaries, this.asUser, this.port, this.isLossy) = (folder, binaries, asUser, port, isLossy);

    public string Url => $"postgresql://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{port}/postgres";

    /// <summary>The folder of the newest binaries that this machine has; null where there are none.</summary>
    public static string? FindBinaries()
    {
        var versioned = System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(path => double.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(path => Path.Combine(path, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(versioned)
            .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "postgres")));
    }

    /// <param name="isLossy">It writes without waiting for the disk: what it acknowledged outlives its processes, not the machine.</param>
    public static async Task<PrivateServer> StartAsync(string binaries, bool isLossy = false)
    {
        var folder = isLossy && HasMemory()
            ? System.IO.Directory.CreateDirectory(Path.Combine(Memory, $"registry-postgres-{Guid.NewGuid():N}")).FullName
            : System.IO.Directory.CreateTempSubdirectory("registry-postgres-").FullName;
        var asUser = Environment.UserName == "root" ? UnprivilegedUser() : [];
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), Password);
        if (asUser.Length > 0)
        {
            await RunAsync(["chown", "-R", "nobody", folder]);
        }

        await RunAsync([
            .. asUser, Path.Combine(binaries, "initdb"), "-D", Path.Combine(folder, "data"), "-U", User, "--pwfile", Path.Combine(folder, "password"),
            "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
        var server = new PrivateServer(folder, binaries, asUser, FreePort(), isLossy);
        await server.StartAsync();
        return server;
    }

    /// <summary>Kills the server as a power cut would, as far as its processes go.</summary>
    public async Task KillAsync()
    {
        using (var process = Process.GetProcessById(pid))
        {
            process.Kill();
        }

        await StopWatchingAsync("keep");
    }

    /// <summary>Starts it, again after <see cref="KillAsync"/>, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            shell = Start([.. asUser, "sh", "-c", Watch, "sh", Path.Combine(binaries, "postgres"), folder, "-p", $"{port}", .. isLossy ? Lossy : []]);
            pid = int.Parse((await shell.StandardOutput.ReadLineAsync(patience.Token))!, CultureInfo.InvariantCulture);
            if (await ServesAsync(patience.Token))
            {
                return;
            }

            await StopWatchingAsync("keep");
        }
    }

    public async ValueTask DisposeAsync() => await StopWatchingAsync("end");

    /// <summary>False where it ended instead, as it does while processes of the one before are still there.</summary>
    private async Task<bool> ServesAsync(CancellationToken cancellationToken)
    {
        while (IsRunning())
        {
            try
            {
                await using var connection = new NpgsqlConnection(Storage.Postgres.PostgresConnectionString.Parse(Url) + ";Pooling=false");
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20, cancellationToken);
            }
        }

        return false;
    }

    private bool IsRunning()
    {
        // A process that ended and that its shell has not yet taken note of is a zombie: Z.
        var status = $"/proc/{pid}/stat";
        return !OperatingSystem.IsLinux() || (File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal));
    }

    private async Task StopWatchingAsync(string word)
    {
        if (shell is { } watching)
        {
            shell = null;
            await watching.StandardInput.WriteLineAsync(word);
            watching.StandardInput.Close();
            await watching.WaitForExitAsync();
            watching.Dispose();
        }
    }

    private static bool HasMemory() => System.IO.Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= MemoryBytes;

    private static string[] UnprivilegedUser() => new[] { "/usr/bin/setpriv", "/bin/setpriv" }.Any(File.Exists)
        ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        : ["runuser", "-u", "nobody", "--"];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string[] command)
    {
        using var process = Start(command);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {await output} {await errors}");
        }
    }

    private static Process Start(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
        Environment = { ["LC_ALL"] = "C" },
    })!;
}
