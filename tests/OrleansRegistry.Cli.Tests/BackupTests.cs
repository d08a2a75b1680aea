using OrleansRegistry.Hosting;

namespace OrleansRegistry.Cli.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TestCli cli = new();

    [Fact]
    public async Task A_store_is_backed_up_proved_and_restored()
    {
        await FillAsync();
        Assert.StartsWith("made 2", await cli.DoAsync("backup", "--store", folder.Of("one"), "--to", folder.Of("place")), StringComparison.Ordinal);
        var list = await cli.JsonAsync("backups", "--from", folder.Of("place"));
        var backup = Assert.Single(list.GetProperty("backups").EnumerateArray());
        var name = backup.GetProperty("name").GetString()!;
        Assert.Equal(("sqlite", 2), (backup.GetProperty("form").GetString(), backup.GetProperty("counts").GetProperty("agents").GetInt32()));
        Assert.Contains(name, await cli.DoAsync("backups", "--from", folder.Of("place")), StringComparison.Ordinal);
        Assert.Equal($"{name} is good\n", await cli.DoAsync("verify", "--from", folder.Of("place")));

        var restored = await cli.DoAsync("restore", "--from", folder.Of("place"), "--store", folder.Of("two"));
        Assert.StartsWith($"restored {name}: 2 agents", restored, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.JsonAsync("agents", "list", "--store", folder.Of("two"))).GetProperty("count").GetInt32());
        var refused = await cli.RunAsync("restore", "--from", folder.Of("place"), "--store", folder.Of("two"));
        Assert.Equal(4, refused.Code);
        var again = await cli.RunAsync("restore", name, "--from", folder.Of("place"), "--store", folder.Of("two"), "--replace");
        Assert.Equal(0, again.Code);
        Assert.Contains("registry.db.before-", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_an_exit_code()
    {
        await FillAsync();
        await cli.DoAsync("backup", "--store", folder.Of("one"));
        var part = System.IO.Directory.EnumerateFiles(folder.Of("one"), "*.gz", SearchOption.AllDirectories).First();
        var bytes = await File.ReadAllBytesAsync(part);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(part, bytes);

        // Where they lie by default.
        var damaged = await cli.RunAsync("verify", "--store", folder.Of("one"));
        Assert.Equal(1, damaged.Code);
        Assert.Contains("was changed", damaged.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await cli.RunAsync("restore", "--from", folder.Of("one"), "--store", folder.Of("two"))).Code);
        Assert.Equal(3, (await cli.RunAsync("verify", "20260301T120000Z-00000000", "--store", folder.Of("one"))).Code);
        Assert.Equal(3, (await cli.RunAsync("verify", "--from", folder.Of("nothing"))).Code);
        Assert.Equal(3, (await cli.RunAsync("backup", "--store", folder.Of("nothing"))).Code);
        Assert.Equal(2, (await cli.RunAsync("backups", "--from", "ftp://x")).Code);
        cli.Variables["OBJECT_ENCRYPTION_KEY"] = "short";
        Assert.Equal(2, (await cli.RunAsync("backups", "--from", folder.Of("one"))).Code);
    }

    [Fact]
    public async Task A_folder_is_backed_up_beside_the_process_that_serves_it_and_not_restored_into()
    {
        await FillAsync();
        await using var store = RegistryStores.Create(new RegistryOptions { DataDirectory = folder.Of("one") });
        await store.OpenAsync(CancellationToken.None);
        await cli.DoAsync("backup", "--store", folder.Of("one"), "--to", folder.Of("place"));
        await cli.DoAsync("verify", "--from", folder.Of("place"));
        var refused = await cli.RunAsync("restore", "--from", folder.Of("place"), "--store", folder.Of("one"), "--replace");
        Assert.Equal(5, refused.Code);
        Assert.Contains("in use by process", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_job_of_kubernetes_runs_commands_that_there_are()
    {
        var manifest = File.ReadAllText(Path.Combine(Documents.Root, "deploy", "k8s", "backup.yaml"));
        var line = manifest.Split('\n').Single(line => line.Contains("command: [/bin/sh, -c, ", StringComparison.Ordinal));
        var commands = line.Split('"')[1].Split(" && ");
        Assert.Equal(["registry backup --store env", "registry verify --store env"], commands);
        foreach (var command in commands)
        {
            Assert.Empty(Commands.Root(new GlobalOptions()).Parse(command.Split(' ')[1..]).Errors);
        }
    }

    public void Dispose() => folder.Dispose();

    private async Task FillAsync()
    {
        cli.Input = """[{"name":"a"},{"name":"b"}]""";
        await cli.DoAsync("agents", "register", "-", "--store", folder.Of("one"));
    }
}
