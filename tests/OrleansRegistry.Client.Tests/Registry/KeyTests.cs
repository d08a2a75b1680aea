namespace OrleansRegistry.Client.Tests;

/// <summary>API keys over HTTP.</summary>
public sealed class KeyTests(ClientHost host)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var (caller, tenant) = (Caller.Default, ClientHost.NewCaller().Tenant);
        using var client = host.Operator;
        var (keys, now) = (client.Keys, DateTimeOffset.UtcNow);
        var made = await keys.CreateAsync(
            caller,
            new NewApiKey("bot", ["agent", "viewer"]) { Tenant = tenant, Agents = ["weather"], Description = "sky", ExpiresAt = now + Hour },
            ClientHost.Cancellation);
        Assert.StartsWith($"ork_{made.Key.Id}_", made.Text, StringComparison.Ordinal);
        var key = await keys.GetAsync(caller, made.Key.Id, ClientHost.Cancellation);
        Assert.Equivalent(made.Key, key, strict: true);
        Assert.Equal(("bot", tenant, "sky", "default"), (key!.Subject, key.Tenant, key.Description, key.CreatedBy));
        Assert.Equal("agent viewer weather", Listed(key));
        Assert.InRange(key.ExpiresAt!.Value - now, Hour - TimeSpan.FromMilliseconds(1), Hour);
        Assert.InRange(key.CreatedAt, now.AddSeconds(-1), DateTimeOffset.UtcNow);
        Assert.Equal((null, null, null), (key.RotatedAt, key.PreviousUntil, key.LastUsedAt));

        var changed = await keys.ChangeAsync(
            caller, key.Id, new() { Roles = new(["user"]), Agents = new(null), ExpiresAt = new(null) }, ClientHost.Cancellation);
        Assert.Equal(("user ", null, "sky", null), (Listed(changed), changed.Agents, changed.Description, changed.ExpiresAt));
        changed = await keys.ChangeAsync(
            caller, key.Id, new() { Agents = new(["a", "b"]), Description = new(null), ExpiresAt = new(now + Hour) }, ClientHost.Cancellation);
        Assert.Equal(("user a b", null), (Listed(changed), changed.Description));
        Assert.NotNull(changed.ExpiresAt);

        var rotated = await keys.RotateAsync(caller, key.Id, Hour, ClientHost.Cancellation);
        Assert.NotEqual(made.Text, rotated.Text);
        Assert.InRange(rotated.Key.PreviousUntil!.Value - rotated.Key.RotatedAt!.Value, Hour - TimeSpan.FromMilliseconds(1), Hour);
        await keys.RevokeAsync(caller, key.Id, ClientHost.Cancellation);
        Assert.Null(await keys.GetAsync(caller, key.Id, ClientHost.Cancellation));
        Assert.Null(await host.LocalKeys.GetAsync(caller, key.Id, ClientHost.Cancellation));
    }

    [Fact]
    public async Task They_are_listed_in_pages_of_a_tenant()
    {
        var (caller, tenant) = (Caller.Default, ClientHost.NewCaller().Tenant);
        using var client = host.Operator;
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            made.Add((await client.Keys.CreateAsync(caller, new NewApiKey("bot", ["viewer"]) { Tenant = tenant })).Key.Id);
        }

        var first = await client.Keys.ListAsync(caller, tenant, pageSize: 2, cancellationToken: ClientHost.Cancellation);
        var second = await client.Keys.ListAsync(caller, tenant, 2, first.NextPageToken, ClientHost.Cancellation);
        Assert.Equal((2, null), (first.Keys.Count, second.NextPageToken));
        Assert.Equal(made.Order(StringComparer.Ordinal), first.Keys.Concat(second.Keys).Select(key => key.Id));
    }

    [Fact]
    public async Task Refusals_are_the_same()
    {
        using var client = host.Operator;
        foreach (var keys in (IApiKeys[])[host.LocalKeys, client.Keys])
        {
            Assert.Equal(("Invalid", "roles"), await FaultAsync(() => keys.CreateAsync(Caller.Default, new NewApiKey("bot", []))));
            Assert.Equal(("Invalid", "roles"), await FaultAsync(() => keys.CreateAsync(Caller.Default, new NewApiKey("bot", ["king"]))));
            Assert.Equal(("NotFound", "key_id"), await FaultAsync(() => keys.RotateAsync(Caller.Default, "nokey123", TimeSpan.Zero)));
            Assert.Equal(("NotFound", "key_id"), await FaultAsync(() => keys.RevokeAsync(Caller.Default, "nokey123")));
            var overlap = TimeSpan.FromDays(31);
            Assert.Equal(("Invalid", "overlapSeconds"), await FaultAsync(() => keys.RotateAsync(Caller.Default, "nokey123", overlap)));
        }

        // Whom a gateway names without roles manages no keys.
        Assert.Equal("Forbidden", (await FaultAsync(() => host.Client.Keys.ListAsync(ClientHost.NewCaller()))).Error);
    }

    private static string Listed(ApiKey key) => $"{string.Join(' ', key.Roles)} {string.Join(' ', key.Agents ?? [])}";

    private static async Task<(string Error, string? Field)> FaultAsync(Func<Task> call)
    {
        var fault = await Assert.ThrowsAsync<RegistryException>(call);
        return (fault.Error.ToString(), fault.Field);
    }
}
