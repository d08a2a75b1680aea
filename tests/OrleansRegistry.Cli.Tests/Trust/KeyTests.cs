namespace OrleansRegistry.Cli.Tests;

public sealed class KeyTests(RunningRegistry registry)
{
    [Fact]
    public async Task A_key_is_made_shown_rotated_and_taken_back()
    {
        var cli = registry.Cli();
        var made = await cli.RunAsync(
            "keys", "create", "bot", "--role", "agent", "--role", "viewer", "--agent", "weather", "--expires-in", "60", "--description", "sky");
        Assert.True(made.Code == 0, made.Error);
        var text = Assert.Single(made.Lines);
        var id = text.Split('_')[1];
        Assert.StartsWith($"ork_{id}_", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, made.Error, StringComparison.Ordinal);

        var shown = await cli.DoAsync("keys", "show", id);
        var expected = $"bot of {cli.Always[^1]}\nroles: agent, viewer\nagents: weather\ndescription: sky\nuntil: 2";
        Assert.StartsWith(expected, shown, StringComparison.Ordinal);
        var key = Assert.Single((await cli.JsonAsync("keys", "list")).GetProperty("keys").EnumerateArray());
        Assert.Equal((id, "bot"), (key.GetProperty("id").GetString(), key.GetProperty("subject").GetString()));
        Assert.False(key.TryGetProperty("key", out _));
        Assert.Contains("agent, viewer", await cli.DoAsync("keys", "list"), StringComparison.Ordinal);

        var rotated = await cli.DoAsync("keys", "rotate", id, "--overlap", "60");
        Assert.StartsWith($"ork_{id}_", rotated, StringComparison.Ordinal);
        Assert.NotEqual(text, rotated.Trim());
        Assert.Contains("the secret before until: 2", await cli.DoAsync("keys", "show", id), StringComparison.Ordinal);
        await cli.DoAsync("keys", "revoke", id);
        Assert.Equal(3, (await cli.RunAsync("keys", "show", id)).Code);
        Assert.Equal(3, (await cli.RunAsync("keys", "revoke", id)).Code);
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        var cli = registry.Cli();
        Assert.Equal(2, (await cli.RunAsync("keys", "create", "bot")).Code);
        Assert.Equal(4, (await cli.RunAsync("keys", "create", "bot", "--role", "king")).Code);
        Assert.Equal(4, (await cli.RunAsync("keys", "create", "bot", "--role", "user", "--expires-in", "0")).Code);
        Assert.Equal(3, (await cli.RunAsync("keys", "rotate", "nokey123")).Code);
        Assert.Empty((await cli.JsonAsync("keys", "list")).GetProperty("keys").EnumerateArray());
    }
}
