namespace OrleansRegistry.Cli.Tests;

public sealed class SnapshotTests(RunningRegistry registry)
{
    private readonly TestCli cli = registry.Cli();

    [Fact]
    public async Task A_state_is_saved_listed_shown_loaded_verified_and_deleted()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;
        var file = Path.Combine(folder, "state.json");
        await File.WriteAllTextAsync(file, """{ "b": 1, "a": [1.50] }""");
        var saved = await cli.JsonAsync("snapshot", "save", "a/1", file, "--session", "s", "--description", "before");
        var id = saved.GetProperty("snapshot_id").GetString()!;
        Assert.Contains($"snapshot      {id}", await cli.DoAsync("snapshot", "show", "a/1", id), StringComparison.Ordinal);
        Assert.Contains("description   before", await cli.DoAsync("snapshot", "latest", "a/1", "--session", "s"), StringComparison.Ordinal);
        Assert.Matches($"{id} +a/1 +s +0 ", await cli.DoAsync("snapshot", "list", "a/1"));
        Assert.Contains(id, await cli.DoAsync("snapshot", "list", "--query", "BEFORE"), StringComparison.Ordinal);
        Assert.Equal("""{"a":[1.5],"b":1}""", await cli.DoAsync("snapshot", "load", "a/1", "latest"));
        Assert.StartsWith($"{id} is what was saved", await cli.DoAsync("snapshot", "verify", "a/1", "latest"), StringComparison.Ordinal);

        var packed = Path.Combine(folder, "copy.json.gz");
        await cli.DoAsync("snapshot", "load", "a/1", id, packed);
        Assert.Equal($"deleted {id}\n", await cli.DoAsync("snapshot", "delete", "a/1", id));
        Assert.Equal(3, (await cli.RunAsync("snapshot", "show", "a/1", id)).Code);
        Assert.Equal(3, (await cli.RunAsync("snapshot", "load", "a/1", "latest")).Code);
        Assert.Equal(id, (await cli.JsonAsync("snapshot", "save", "a/1", packed)).GetProperty("snapshot_id").GetString());
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_cannot_be_saved_is_told()
    {
        cli.Input = "{";
        var refused = await cli.RunAsync("snapshot", "save", "a", "-");
        Assert.Equal(4, refused.Code);
        Assert.StartsWith("registry: state: ", refused.Error, StringComparison.Ordinal);
        var missing = await cli.RunAsync("snapshot", "save", "a", "/nowhere/state.json");
        Assert.NotEqual(0, missing.Code);
        Assert.Contains("cannot be read", missing.Error, StringComparison.Ordinal);
    }
}
