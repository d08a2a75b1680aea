using System.IO.Compression;
using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

public sealed class TransferTests(RunningRegistry registry) : IDisposable
{
    private const string Export = """
        {"format":"orleans-registry-export","version":1,"revision":3,"kinds":["tasks"]}
        {"kind":"task","tenant":"acme","id":"t-1","version":1,"document":{}}

        """;

    private readonly TempFolder folder = new();
    private readonly TestCli cli = new();

    [Fact]
    public async Task A_store_is_exported_and_imported_into_another()
    {
        cli.Input = """[{"name":"a"},{"name":"b"}]""";
        await cli.DoAsync("agents", "register", "-", "--store", folder.Of("one"), "--tenant", "acme");
        var file = folder.Of("all.jsonl.gz");
        Assert.StartsWith("exported 2 agents, ", await cli.DoAsync("export", file, "--store", folder.Of("one")), StringComparison.Ordinal);
        Assert.False(File.Exists(file + ".part"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var dry = await cli.RunAsync("import", file, "--store", folder.Of("two"), "--dry-run");
        Assert.Equal((0, "There is no store yet: compared with an empty one.\n"), (dry.Code, dry.Error));
        Assert.StartsWith("would create 2, ", dry.Output, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder.Of("two")));
        Assert.StartsWith("created 2, ", await cli.DoAsync("import", file, "--store", folder.Of("two")), StringComparison.Ordinal);
        var again = await cli.JsonAsync("import", file, "--store", folder.Of("two"));
        Assert.Equal((0L, 2L), (again.GetProperty("created").GetInt64(), again.GetProperty("same").GetInt64()));

        var lines = (await cli.DoAsync("export", "-", "--store", folder.Of("two"))).Split('\n');
        Assert.Equal(Unpack(file).Split('\n')[1..3], lines[1..3]);
        var one = await cli.JsonAsync("export", folder.Of("none.jsonl"), "--store", folder.Of("two"), "--tenant", "other", "--kind", "agents");
        Assert.Equal(0, one.GetProperty("counts").GetProperty("agents").GetInt64());
    }

    [Fact]
    public async Task Lines_that_are_wrong_are_told_by_number()
    {
        cli.Input = """{"name":"a"}""";
        await cli.DoAsync("agents", "register", "-", "--store", folder.Of("one"));
        var whole = await cli.DoAsync("export", "-", "--store", folder.Of("one"), "--kind", "agents");
        var torn = folder.Write("torn.jsonl", whole.Insert(whole.IndexOf('\n', StringComparison.Ordinal) + 1, "{\"kind\":\n"));
        var skipped = await cli.RunAsync("import", torn, "--store", folder.Of("two"), "--skip-faults");
        Assert.Equal(4, skipped.Code);
        Assert.StartsWith("line 2: ", skipped.Error, StringComparison.Ordinal);
        var stopped = await cli.RunAsync("import", torn, "--store", folder.Of("two"));
        Assert.Equal((4, ""), (stopped.Code, stopped.Output));
        var cut = await cli.RunAsync("import", folder.Write("cut.jsonl", whole[..(whole.Length / 2)]), "--store", folder.Of("two"));
        Assert.Equal((4, ""), (cut.Code, cut.Output));
        Assert.Single(cut.Error.TrimEnd('\n').Split('\n'));
        await cli.DoAsync("export", folder.Of("packed.jsonl.gz"), "--store", folder.Of("one"));
        var packed = await File.ReadAllBytesAsync(folder.Of("packed.jsonl.gz"));
        await File.WriteAllBytesAsync(folder.Of("packed.jsonl.gz"), packed[..(packed.Length / 2)]);
        var half = await cli.RunAsync("import", folder.Of("packed.jsonl.gz"), "--store", folder.Of("two"));
        Assert.Equal((4, ""), (half.Code, half.Output));
        Assert.Equal("registry: Line 1: the gzip is cut off here: import the whole file. What came before stays.\n", half.Error);
        Assert.Equal(3, (await cli.RunAsync("import", folder.Of("nowhere"), "--store", folder.Of("two"))).Code);
        Assert.Equal(4, (await cli.RunAsync("export", folder.Of("x"), "--store", folder.Of("one"), "--kind", "agent")).Code);
        Assert.False(File.Exists(folder.Of("x.part")));
    }

    [Fact]
    public async Task Over_http_the_end_is_checked_and_a_cut_says_where_to_go_on()
    {
        const string End = """{"end":{"counts":{"tasks":1},"sha256":"00"}}""";
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(200, Export + End + "\n"),
            ScriptedServer.Say(200, Export),
            ScriptedServer.Say(403, """{"detail":"This registry lets nobody export"}"""));
        var file = folder.Of("all.jsonl");
        Assert.StartsWith("exported 1 tasks at revision 3", await server.Cli.DoAsync("export", file, "--kind", "tasks"), StringComparison.Ordinal);
        Assert.Equal("/export?kind=tasks", server.Requests[0].Target);

        var cut = await server.Cli.RunAsync("export", file);
        Assert.Equal(5, cut.Code);
        Assert.Contains($"lies in {file}.part; --after 'task/acme/t-1' writes the rest", cut.Error, StringComparison.Ordinal);
        Assert.EndsWith(End + "\n", await File.ReadAllTextAsync(file), StringComparison.Ordinal);

        var refused = await server.Cli.RunAsync("export", file);
        Assert.Equal((4, "registry: This registry lets nobody export\n"), (refused.Code, refused.Error));
    }

    [Fact]
    public async Task A_registry_that_runs_is_exported_and_imported_into_a_store()
    {
        var running = registry.Cli();
        running.Input = """[{"name":"a"},{"name":"b"}]""";
        await running.DoAsync("agents", "register", "-");
        var file = folder.Of("all.jsonl.gz");
        var told = await running.JsonAsync("export", file);
        Assert.Equal(2, told.GetProperty("counts").GetProperty("agents").GetInt64());
        Assert.StartsWith("created 2, ", await cli.DoAsync("import", file, "--store", folder.Of("data")), StringComparison.Ordinal);
        Assert.StartsWith("created 0, replaced 0, same 2", await running.DoAsync("import", file), StringComparison.Ordinal);

        // The first line tells the revision of the whole registry, which other tests use too; the last is the hash with it.
        Assert.Equal(Unpack(file).Split('\n')[1..^2], (await running.DoAsync("export", "-")).Split('\n')[1..^2]);
    }

    [Fact]
    public async Task Example_agents_leave_those_that_are_there_as_they_are()
    {
        var running = registry.Cli();
        running.Input = """{"name":"echo"}""";
        await running.DoAsync("agents", "register", "-");
        var seeded = await running.JsonAsync("seed");
        Assert.Equal(["echo"], seeded.GetProperty("there").EnumerateArray().Select(id => id.GetString()));
        Assert.NotEqual(0, seeded.GetProperty("registered").GetArrayLength());
        Assert.Equal("""{"name":"echo"}""", await running.DoAsync("agents", "get", "echo", "--card"));
        Assert.StartsWith("registered none; there already: ", await running.DoAsync("seed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_is_migrated_and_compared()
    {
        var (one, two) = (folder.Of("one"), folder.Of("two"));
        cli.Input = """[{"name":"a"},{"name":"b"}]""";
        await cli.DoAsync("agents", "register", "-", "--store", one);
        Assert.Equal(2, (await cli.JsonAsync("migrate", one, two)).GetProperty("copied").GetInt64());
        Assert.StartsWith("both hold the same: 2 agents", await cli.DoAsync("migrate", one, two, "--finish"), StringComparison.Ordinal);

        cli.Input = """{"name":"c"}""";
        await cli.DoAsync("agents", "register", "-", "--store", two);
        var other = await cli.RunAsync("migrate", one, two, "--compare");
        Assert.Equal((1, ""), (other.Code, other.Output));
        Assert.StartsWith("registry: The stores differ: the first holds 2 agents", other.Error, StringComparison.Ordinal);
        var full = await cli.RunAsync("migrate", one, two);
        Assert.Equal(4, full.Code);
        Assert.Contains("is not empty", full.Error, StringComparison.Ordinal);
        Assert.True((await cli.JsonAsync("migrate", one, two, "--finish", "--replace")).GetProperty("matches").GetBoolean());
        Assert.Equal(3, (await cli.RunAsync("migrate", folder.Of("nowhere"), two)).Code);
    }

    [Fact]
    public async Task Over_http_an_import_is_told_as_on_a_store()
    {
        const string Report =
            """{"created":1,"replaced":0,"same":2,"kept":3,"newVersions":4,"faultCount":1,"faults":[{"line":7,"reason":"is cut off"}]}""";
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(200, Report));
        var ran = await server.Cli.RunAsync("import", folder.Write("all.jsonl", Export), "--dry-run", "--skip-faults");
        Assert.Equal(4, ran.Code);
        Assert.Equal("/import?dry_run=true&skip_faults=true", server.Requests[0].Target);
        Assert.StartsWith("would create 1, replaced 0, same 2, kept 3, wrong 1", ran.Output, StringComparison.Ordinal);
        Assert.Contains("line 7: is cut off", ran.Error, StringComparison.Ordinal);
        Assert.Contains("4 agents have new revisions", ran.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static string Unpack(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
