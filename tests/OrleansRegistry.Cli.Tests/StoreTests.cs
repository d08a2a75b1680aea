using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Straight on a store that no registry serves.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TestCli cli = new();

    private string Data => folder.Of("data");

    [Fact]
    public async Task What_one_command_stores_the_next_one_finds()
    {
        cli.Input = """[{"name":"a"},{"name":"b"}]""";
        await cli.DoAsync("agents", "register", "-", "--store", Data, "--tenant", "acme");

        cli.Variables["STORAGE_DATA_DIR"] = Data;
        var list = await cli.JsonAsync("agents", "list", "--store", "env", "--tenant", "acme");
        Assert.Equal(2, list.GetProperty("count").GetInt64());
        var status = await cli.JsonAsync("status", "--store", Data);
        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.Equal(0, status.GetProperty("agents").GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task The_schema_goes_up_and_down_by_hand_while_nothing_serves_the_folder()
    {
        var missing = await cli.RunAsync("db", "status", "--store", Data);
        Assert.Equal((3, ""), (missing.Code, missing.Output));
        Assert.Contains("'registry db up' makes one", missing.Error, StringComparison.Ordinal);
        Assert.False(System.IO.Directory.Exists(Data));

        Assert.Matches("^[1-9][0-9]* applied\n$", await cli.DoAsync("db", "up", "--store", Data));
        Assert.Equal("0 applied\n", await cli.DoAsync("db", "up", "--store", Data));
        var applied = await cli.JsonAsync("db", "status", "--store", Data);
        Assert.Equal(0, applied.GetProperty("pending").GetInt32());
        Assert.Equal("0001_records", applied.GetProperty("migrations")[0].GetProperty("name").GetString());

        Assert.Matches("^[1-9][0-9]* taken back\n$", await cli.DoAsync("db", "down", "0", "--yes", "--store", Data));
        Assert.Matches("0001 records +pending\n", await cli.DoAsync("db", "status", "--store", Data));

        // A command changes no schema that a server may still need.
        var behind = await cli.RunAsync("agents", "list", "--store", Data);
        Assert.Equal((5, ""), (behind.Code, behind.Output));
        Assert.Matches("^registry: The .* lacks the migration 0001_records.*registry db up'\\.\n$", behind.Error);
    }

    [Fact]
    public async Task A_folder_that_a_registry_serves_is_left_to_it()
    {
        await cli.DoAsync("db", "up", "--store", Data);
        await using var serving = cli.Follow("agents", "watch", "--all", "--json", "--store", Data);
        await Eventually.TrueAsync(() => IsTaken(Data), "the folder to be taken");

        foreach (var words in (string[][])[["agents", "list"], ["db", "down", "0", "--yes"]])
        {
            var busy = await cli.RunAsync([.. words, "--store", Data]);
            Assert.Equal((5, ""), (busy.Code, busy.Output));
            Assert.Contains("in use by process", busy.Error, StringComparison.Ordinal);
            Assert.Single(busy.Error.TrimEnd('\n').Split('\n'));
        }

        Assert.Equal(130, await serving.InterruptAsync());
        Assert.Equal(0, (await cli.JsonAsync("agents", "list", "--store", Data)).GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Reading_makes_no_store()
    {
        var ran = await cli.RunAsync("agents", "list", "--store", Data);
        Assert.Equal((3, ""), (ran.Code, ran.Output));
        Assert.Contains("has no registry.db", ran.Error, StringComparison.Ordinal);
        Assert.False(System.IO.Directory.Exists(Data));
    }

    [Theory]
    [InlineData("STORAGE_TYPE", "memory", 2, "STORAGE_TYPE is memory")]
    [InlineData("STORAGE_TYPE", "floppy", 2, "STORAGE_TYPE has an invalid value")]
    [InlineData("STORAGE_TYPE", "postgres", 2, "DATABASE_URL is not set")]
    [InlineData("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none?connect_timeout=1", 5, "cannot be opened")]
    public async Task What_the_environment_names_wrongly_is_told(string name, string value, int code, string message)
    {
        cli.Variables[name] = value;
        cli.Variables["STORAGE__POSTGRES_MAX_RETRIES"] = "0";
        var ran = await cli.RunAsync("db", "status", "--store", "env");
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_told()
    {
        var ran = await cli.RunAsync("db", "up", "--store", folder.Write("data", "no folder"));
        Assert.Equal((5, ""), (ran.Code, ran.Output));
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    public void Dispose() => folder.Dispose();

    private static bool IsTaken(string data)
    {
        try
        {
            using var file = new FileStream(Path.Combine(data, "LOCK"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
