using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Cli.Tests;

/// <summary><c>registry migrate</c> as a process, killed at each of its stages: the next one goes on, and nothing is lost.</summary>
public sealed class MigrateKillTests(RunningRegistry registry) : IDisposable
{
    private const int Batch = 256;
    private const int Agents = 600;
    private const int Tasks = 900;
    private const string Context = "{\"kind\":\"context\"";

    private readonly TempFolder folder = new();
    private readonly TestCli cli = new();

    private string Target => folder.Of("target");

    [Fact]
    public async Task Killed_at_each_stage_it_goes_on()
    {
        await using var source = await FillAsync();
        await cli.DoAsync("db", "up", "--store", Target);
        Execute("CREATE VIEW endless AS WITH RECURSIVE turns(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM turns) SELECT n FROM turns");

        await KilledAsync("INSERT ON agents", $"(SELECT count(*) FROM agents) = {Batch}", _ => Count("agents") == Batch);
        Assert.Equal(0, Count("task_records"));

        await KilledAsync("INSERT ON task_records", $"(SELECT count(*) FROM task_records) = {Batch}", _ => Count("task_records") == Batch);
        Assert.Equal(Agents, Count("agents"));

        await KilledAsync("DELETE ON record_pages", "OLD.id = 'migration'", log => log.Contains("Migration, pass"), "--finish");
        Assert.Equal(Agents, Count("agents"));
        await KilledAsync("DELETE ON record_pages", "OLD.id = 'migration'", log => log.Contains("Migration, pass") && IsWriting(), "--finish");

        Assert.StartsWith(
            $"both hold the same: {Agents} agents, 0 versions, 0 vectors, {Tasks} tasks, {2 * Tasks:N0} pages, 1 context",
            await cli.DoAsync("migrate", folder.Of("source"), Target, "--finish"),
            StringComparison.Ordinal);
        Assert.Equal(0, Count("record_pages WHERE id = 'migration'"));
        Assert.Equal(await cli.DoAsync("export", "-", "--store", folder.Of("source")), await cli.DoAsync("export", "-", "--store", Target));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Agents, and tasks with two pages each, in a store that somebody serves.</summary>
    private async Task<IRecordStore> FillAsync()
    {
        var running = registry.Cli();
        var messages = string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"role":"ROLE_USER","messageId":"{{i}}","parts":[{"text":"x"}]}"""));
        await registry.CallAsync(running, HttpMethod.Post, "tasks", """{"taskId":"t","contextId":"c","message":MESSAGE}""");
        await registry.CallAsync(running, HttpMethod.Patch, "tasks/t", $$"""{"messages":[{{messages}}]}""");
        await registry.CallAsync(running, HttpMethod.Patch, "tasks/t", """{"state":"completed"}""");
        var lines = (await running.DoAsync("export", "-", "--kind", "tasks", "--kind", "contexts")).Split('\n')[..^2];
        var file = new StringBuilder(lines[0]).Append('\n');
        for (var i = 0; i < Tasks; i++)
        {
            foreach (var line in lines[1..].Where(line => !line.StartsWith(Context, StringComparison.Ordinal)))
            {
                file.Append(line.Replace("\"id\":\"t\"", $"\"id\":\"t{i:D4}\"").Replace("/t\"", $"/t{i:D4}\"")).Append('\n');
            }
        }

        file.Append(lines.Single(line => line.StartsWith(Context, StringComparison.Ordinal))).Append('\n');
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.ToString())));
        file.Append($$$"""{"end":{"counts":{},"sha256":"{{{sha256}}}"}}""").Append('\n');

        var store = RegistryStores.Create(Options);
        await store.OpenAsync(CancellationToken.None);
        await ImportAsync(store, file.ToString());
        await ImportAsync(store, $"[{string.Join(',', Enumerable.Range(0, Agents).Select(i => $"{{\"name\":\"a{i}\"}}"))}]");
        return store;
    }

    private RegistryOptions Options => new() { DataDirectory = folder.Of("source") };

    private async Task ImportAsync(IRecordStore store, string file)
    {
        var report = await RegistryStores.Transfer(store, Options)
            .ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), new ImportRequest { Caller = Caller.Default });
        Assert.Empty(report.Faults);
    }

    /// <summary>Starts it, holds it at a write that never ends, and kills it once it is there.</summary>
    /// <param name="isThere">Told what it has logged so far.</param>
    private async Task KilledAsync(string write, string when, Func<string, bool> isThere, params string[] more)
    {
        Execute(Stall(write, when));
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "registry.dll"), "migrate", folder.Of("source"), Target, "--verbose", .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = new Process { StartInfo = start };
        var log = new StringBuilder();
        void Take(object sender, DataReceivedEventArgs line)
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        }

        string Logged()
        {
            lock (log)
            {
                return log.ToString();
            }
        }

        process.ErrorDataReceived += Take;
        process.OutputDataReceived += Take;
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            var began = Stopwatch.StartNew();
            while (!isThere(Logged()))
            {
                Assert.False(process.HasExited || began.Elapsed > TestCli.Patience, $"It did not come to {write} when {when}: {Logged()}");
                await Task.Delay(2);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Execute("DROP TRIGGER stall");
    }

    private static string Stall(string write, string when) =>
        $"CREATE TRIGGER stall BEFORE {write} WHEN {when} BEGIN SELECT count(*) FROM endless; END";

    private long Count(string table) => (long)Run($"SELECT count(*) FROM {table}")!;

    private void Execute(string sql) => Run(sql);

    /// <summary>Whether somebody is within a write.</summary>
    private bool IsWriting()
    {
        try
        {
            Run("BEGIN IMMEDIATE; ROLLBACK", patience: 1);
            return false;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == 5)
        {
            return true;
        }
    }

    private object? Run(string sql, int patience = 30)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Target, "registry.db")};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = patience;
        return command.ExecuteScalar();
    }
}
