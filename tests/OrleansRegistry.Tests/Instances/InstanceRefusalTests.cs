using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Instances;

/// <summary>Who may register instances, and what is refused.</summary>
public sealed class InstanceRefusalTests : InstanceHost
{
    [Fact]
    public async Task Its_owner_and_its_workers_register_them_and_nobody_else()
    {
        var refusal = await Messages.Refused(RegistryError.Forbidden, () => PutAsync("i", caller: Bob));
        Assert.Equal("instance", refusal.Field);
        await Messages.Refused(RegistryError.NotFound, () => PutAsync("i", caller: new Caller("other", "alice")));
        await Host.Agents.PatchAsync(Alice, "a", new AgentPatch { Workers = ["bob"] });
        await PutAsync("i", caller: Bob, ttl: Ttl);
        await Host.Liveness.HeartbeatAsync(Bob, new LeaseHolder("a", "i"));
        var carol = new Caller("t", "carol");
        await Messages.Refused(RegistryError.Forbidden, () => Host.Liveness.HeartbeatAsync(carol, new LeaseHolder("a", "i")));
        await Messages.Refused(RegistryError.Forbidden, () => Instances.RemoveAsync(carol, "a", "i"));
        await Instances.RemoveAsync(Bob, "a", "i");
    }

    [Fact]
    public async Task Of_an_agent_to_which_messages_are_forwarded_its_owner_alone_and_its_credentials_go_with_them()
    {
        const string Card = """{"name":"f","supportedInterfaces":[{"url":"https://f.example/rpc","protocolBinding":"JSONRPC"}]}""";
        await Host.Agents.RegisterAsync(Alice, new AgentRegistration(Messages.Bytes(Card)) { Workers = ["bob"] });
        await PutAsync("early", "f", url: "https://early.example", caller: Bob);
        await Host.Agents.PatchAsync(Alice, "f", new AgentPatch
        {
            Delivery = AgentDelivery.Forward,
            Credentials = new AgentCredentials(new Dictionary<string, string> { ["X-API-Key"] = "secret" }),
        });
        await Messages.Refused(RegistryError.Forbidden, () => PutAsync("i1", "f", caller: Bob));
        await Messages.Refused(RegistryError.Forbidden, () => Instances.RemoveAsync(Bob, "f", "early"));
        Assert.Equal(["https://f.example"], await OriginsAsync());
        await PutAsync("i1", "f", url: "https://one.example:8443/rpc");
        await PutAsync("i2", "f", url: "https://one.example:8443/other");
        await PutAsync("i3", "f", url: "https://three.example");
        Assert.Equal(["https://f.example", "https://one.example:8443", "https://three.example"], await OriginsAsync());
        await Instances.RemoveAsync(Alice, "f", "i1");
        await PutAsync("i3", "f", url: "https://f.example/three");
        Assert.Equal(["https://f.example", "https://one.example:8443"], await OriginsAsync());
        await Instances.RemoveAsync(Alice, "f", "i2");
        Assert.Equal(["https://f.example"], await OriginsAsync());

        async Task<IEnumerable<string>> OriginsAsync() => (await Host.Agents.GetAsync(Alice, "f"))!.CredentialOrigins;
    }

    [Fact]
    public async Task Conditions_are_checked()
    {
        var registration = new InstanceRegistration("http://i");
        var exists = new WriteCondition { IfExists = true };
        await Messages.Refused(RegistryError.Conflict, () => Instances.PutAsync(Alice, "a", "i", registration with { Condition = exists }));
        var written = await Instances.PutAsync(Alice, "a", "i", registration with { Condition = new WriteCondition(IfAbsent: true) });
        foreach (var condition in (WriteCondition[])[new(IfAbsent: true), new(written.Revision - 1), new(written.Revision + 1)])
        {
            await Messages.Refused(RegistryError.Conflict, () => Instances.PutAsync(Alice, "a", "i", registration with { Condition = condition }));
            await Messages.Refused(RegistryError.Conflict, () => Instances.RemoveAsync(Alice, "a", "i", condition));
        }

        await Messages.Refused(RegistryError.Conflict, () => Instances.RemoveAsync(Alice, "a", "none", new WriteCondition(written.Revision)));
        written = await Instances.PutAsync(Alice, "a", "i", registration with { Condition = new WriteCondition(written.Revision) });
        await Instances.RemoveAsync(Alice, "a", "i", new WriteCondition(written.Revision));
    }

    [Fact]
    public async Task What_is_too_much_is_refused()
    {
        var large = Messages.Bytes($$"""{"a":"{{new string('x', AgentInstance.MaxMetadata)}}"}""");
        var refusal = await Messages.Refused(
            RegistryError.TooLarge, () => Instances.PutAsync(Alice, "a", "i", new InstanceRegistration("http://i") { Metadata = large }));
        Assert.Equal("metadata", refusal.Field);
        refusal = await Messages.Refused(RegistryError.Invalid, () => PutAsync("i", url: "http://i/" + new string('x', AgentInstance.MaxUrl)));
        Assert.Equal("url", refusal.Field);
        for (var i = 0; i < 20; i++)
        {
            await PutAsync($"i{i}");
        }

        refusal = await Messages.Refused(RegistryError.Invalid, () => PutAsync("more"));
        Assert.Equal("instance", refusal.Field);
        Assert.Contains("AGENT_MAX_INSTANCES", refusal.Message, StringComparison.Ordinal);
        await PutAsync("i7");
        await Instances.RemoveAsync(Alice, "a", "i7");
        await PutAsync("more");
        Assert.Equal(20, (await GetAsync())!.Instances.Count);
    }

    [Fact]
    public async Task Of_an_agent_that_is_not_there_nothing_is_done()
    {
        foreach (var call in (Func<Task>[])[
            () => PutAsync("i", "nobody"),
            () => Instances.RemoveAsync(Alice, "nobody", "i"),
            () => Instances.GetAsync(Alice, "nobody", "i").AsTask(),
            () => Instances.ListAsync(Alice, "nobody").AsTask(),
            () => Instances.ChooseAsync(Alice, "nobody").AsTask(),
            () => Host.Liveness.GetLeaseAsync(Alice, new LeaseHolder("nobody", "i"))])
        {
            Assert.Equal("agent_id", (await Messages.Refused(RegistryError.NotFound, call)).Field);
        }

        Assert.Null(await Host.Agents.GetAsync(Alice, "nobody"));
    }
}
