namespace OrleansRegistry.Cli.Tests;

public sealed class AuditTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TestCli cli = new();

    public AuditTests() => cli.Variables["REGISTRY_AUDIT"] = "on";

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_trail_is_listed_exported_and_proven_with_and_without_the_registry()
    {
        var store = folder.Of("store");
        foreach (var name in (string[])["one", "two", "three"])
        {
            await File.WriteAllTextAsync(folder.Of("card.json"), $$"""{"name":"{{name}}"}""");
            await cli.DoAsync("agents", "register", folder.Of("card.json"), "--store", store);
        }

        var list = await cli.DoAsync("audit", "list", "--store", store, "--about", "two");
        Assert.Contains("registry.agent.register", list, StringComparison.Ordinal);
        Assert.DoesNotContain("three", list, StringComparison.Ordinal);
        var anchors = folder.Of("anchors.jsonl");
        await File.WriteAllTextAsync(anchors, await cli.DoAsync("audit", "anchor", "--store", store));
        Assert.StartsWith("3 entries, 1 to 3, are good", await cli.DoAsync("verify", "audit", "--store", store), StringComparison.Ordinal);

        var file = folder.Of("audit.jsonl");
        await cli.DoAsync("audit", "export", file, "--store", store);
        Assert.True((await cli.JsonAsync("verify", "audit", "--file", file, "--anchors", anchors)).GetProperty("isGood").GetBoolean());
        Assert.Equal(await File.ReadAllTextAsync(file), await cli.DoAsync("audit", "export", "-", "--store", store));

        // Where it is asked for by whom anchors were made, one that nobody signed proves nothing.
        var keys = folder.Of("jwks.json");
        await File.WriteAllTextAsync(
            keys, """{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}""");
        var unsigned = await cli.RunAsync("verify", "audit", "--file", file, "--anchors", anchors, "--keys", keys);
        Assert.Equal((1, true), (unsigned.Code, unsigned.Output.Contains("3: the anchor has no signature", StringComparison.Ordinal)));
        Assert.Equal(4, (await cli.RunAsync("verify", "audit", "--file", file, "--anchors", anchors, "--keys", anchors)).Code);
        Assert.Equal(3, (await cli.RunAsync("verify", "audit", "--file", file, "--anchors", anchors, "--keys", folder.Of("none"))).Code);
        Assert.Equal(2, (await cli.RunAsync("verify", "audit", "--file", file, "--keys", keys)).Code);

        var lines = await File.ReadAllLinesAsync(file);
        foreach (var (changed, said) in ((string[], string)[])
            [
                ([lines[0], lines[1].Replace("two", "six", StringComparison.Ordinal), lines[2]], "2: its hash is that of another content"),
                ([lines[0], lines[2]], "2: it is missing"),
                ([lines[0], lines[2], lines[1]], "2: it comes after 3"),
                (lines[..2], "3: the anchor names it"),
            ])
        {
            await File.WriteAllLinesAsync(file, changed);
            var ran = await cli.RunAsync("verify", "audit", "--file", file, "--anchors", anchors);
            Assert.Equal(1, ran.Code);
            Assert.Contains(said, ran.Output, StringComparison.Ordinal);
        }

        // What no hash tells of is a fault too, as is an anchor of another trail, and a page that the export could not read.
        foreach (var (line, said) in ((string, string)[])
            [
                ("{\"why\":\"x\"," + lines[0][1..], "why is no member"),
                ("{\"action\":\"x\"," + lines[0][1..], "action is there twice"),
                ("{\"late\":\"yes\"," + lines[0][1..], "late is not true"),
                ("{\"late\":false," + lines[0][1..], "late is not true"),
            ])
        {
            await File.WriteAllTextAsync(file, line);
            var ran = await cli.RunAsync("verify", "audit", "--file", file);
            Assert.Equal(4, ran.Code);
            Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        }

        await File.WriteAllLinesAsync(file, lines);
        await File.WriteAllTextAsync(anchors, (await File.ReadAllTextAsync(anchors)).Replace("\"default\"", "\"other\"", StringComparison.Ordinal));
        var other = await cli.RunAsync("verify", "audit", "--file", file, "--anchors", anchors);
        Assert.Equal(1, other.Code);
        Assert.Contains("No anchor of", other.Error, StringComparison.Ordinal);
        await File.WriteAllLinesAsync(file, [.. lines, "{\"unreadable\":\"0000000000000000004\"}"]);
        Assert.Contains("4: the page", (await cli.RunAsync("verify", "audit", "--file", file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_checked_is_told()
    {
        var file = folder.Of("audit.jsonl");
        Assert.Equal(3, (await cli.RunAsync("verify", "audit", "--file", file)).Code);
        await File.WriteAllTextAsync(file, "{\"tenant\":\"acme\"}\n");
        var wrong = await cli.RunAsync("verify", "audit", "--file", file);
        Assert.Equal(4, wrong.Code);
        Assert.Contains("line 1: sequence is missing", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await cli.RunAsync("verify", "audit", "--file", file, "--anchors", file)).Code);
        Assert.Equal(2, (await cli.RunAsync("verify", "audit", "--file", file, "--store", folder.Of("store"))).Code);
    }
}
