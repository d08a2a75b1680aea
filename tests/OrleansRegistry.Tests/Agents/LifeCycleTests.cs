using System.Text;

namespace OrleansRegistry.Tests.Agents;

/// <summary>How far an agent is in its life.</summary>
public sealed class LifeCycleTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private static readonly ReadOnlyMemory<byte> Card = """{"name":"a"}"""u8.ToArray();

    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public void A_record_from_before_it_was_kept_is_active_and_stays_as_short()
    {
        var read = AgentKind.Read(Stored(""));
        Assert.Equal((AgentLifeCycle.Active, null), (read.LifeCycle, read.Deprecation));
        var written = Encoding.UTF8.GetString(AgentKind.Write(read).Fields.Utf8.Span);
        Assert.DoesNotContain("lifecycle", written, StringComparison.Ordinal);
        Assert.DoesNotContain("deprecation", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AgentLifeCycle.Draft)]
    [InlineData(AgentLifeCycle.Active)]
    [InlineData(AgentLifeCycle.Deprecated)]
    [InlineData(AgentLifeCycle.Retired)]
    public void Records_keep_what_was_said(AgentLifeCycle lifeCycle)
    {
        var said = AgentKind.Read(Stored("""
            ,"deprecation":{"message":"m","successor":"b","later":[1]}
            """)) with { LifeCycle = lifeCycle };
        var read = AgentKind.Read(new StoredRecord(new RecordKey("t", "a"), 1, AgentKind.Write(said)));
        Assert.Equal((lifeCycle, "m", "b"), (read.LifeCycle, read.Deprecation!.Message, read.Deprecation.Successor));
        Assert.Contains("\"later\":[1]", AgentKind.Write(read).Fields.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"over\"")]
    [InlineData("\"Retired\"")]
    [InlineData("3")]
    public void A_record_with_another_life_cycle_cannot_be_read(string lifeCycle)
    {
        var refusal = Assert.Throws<RegistryException>(() => AgentKind.Read(Stored($",\"lifecycle\":{lifeCycle}")));
        Assert.Equal(RegistryError.Unreadable, refusal.Error);
        Assert.Contains("lifecycle", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AgentLifeCycle.Draft, AgentLifeCycle.Active, true)]
    [InlineData(AgentLifeCycle.Draft, AgentLifeCycle.Retired, true)]
    [InlineData(AgentLifeCycle.Draft, AgentLifeCycle.Deprecated, false)]
    [InlineData(AgentLifeCycle.Active, AgentLifeCycle.Deprecated, true)]
    [InlineData(AgentLifeCycle.Active, AgentLifeCycle.Retired, true)]
    [InlineData(AgentLifeCycle.Active, AgentLifeCycle.Draft, false)]
    [InlineData(AgentLifeCycle.Deprecated, AgentLifeCycle.Active, true)]
    [InlineData(AgentLifeCycle.Deprecated, AgentLifeCycle.Draft, false)]
    [InlineData(AgentLifeCycle.Deprecated, AgentLifeCycle.Retired, true)]
    [InlineData(AgentLifeCycle.Retired, AgentLifeCycle.Active, true)]
    [InlineData(AgentLifeCycle.Retired, AgentLifeCycle.Deprecated, true)]
    [InlineData(AgentLifeCycle.Retired, AgentLifeCycle.Draft, false)]
    public async Task An_agent_becomes_what_it_may(AgentLifeCycle from, AgentLifeCycle to, bool isAllowed)
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card) { LifeCycle = from });
        foreach (var write in new Func<Task<AgentWriteResult>>[]
        {
            () => registry.Agents.PatchAsync(me, "a", new AgentPatch { LifeCycle = to }),
            () => registry.Agents.RegisterAsync(me, new AgentRegistration(Card) { LifeCycle = to }),
        })
        {
            if (isAllowed)
            {
                Assert.Equal(to, (await write()).Agent.LifeCycle);
            }
            else
            {
                var refusal = await Assert.ThrowsAsync<RegistryException>(write);
                Assert.Equal((RegistryError.Conflict, "lifecycle"), (refusal.Error, refusal.Field));
            }
        }

        Assert.Equal(isAllowed ? to : from, (await registry.Agents.GetAsync(me, "a"))!.LifeCycle);
    }

    [Fact]
    public async Task What_is_said_of_it_stays_until_it_is_said_anew_taken_back_or_the_agent_is_active()
    {
        await registry.Agents.RegisterAsync(
            me, new AgentRegistration(Card) { LifeCycle = AgentLifeCycle.Deprecated, Deprecation = new("ends in May", "b") });
        await registry.Agents.RegisterAsync(me, new AgentRegistration("""{"name":"a","x":1}"""u8.ToArray()));
        Assert.Equal(new AgentDeprecation("ends in May", "b"), (await registry.Agents.GetAsync(me, "a"))!.Deprecation);
        Assert.Equal(new AgentDeprecation("ended", "b"), await PatchAsync(new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new("ended") }));
        Assert.Equal(new AgentDeprecation("ended"), await PatchAsync(new() { Deprecation = new(null, "") }));
        Assert.Null(await PatchAsync(new() { Deprecation = new("") }));
        await PatchAsync(new() { Deprecation = new("over") });
        Assert.Null(await PatchAsync(new() { LifeCycle = AgentLifeCycle.Active }));

        async Task<AgentDeprecation?> PatchAsync(AgentPatch patch) => (await registry.Agents.PatchAsync(me, "a", patch)).Agent.Deprecation;
    }

    [Fact]
    public async Task What_cannot_be_said_is_refused_by_name()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card));
        await RefusedAsync("lifecycle", new() { LifeCycle = (AgentLifeCycle)9 });
        await RefusedAsync("deprecation_message", new() { Deprecation = new("is active") });
        await RefusedAsync("successor", new() { Deprecation = new(null, "b") });
        await RefusedAsync("successor", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new(null, "a") });
        await RefusedAsync("successor", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new(null, "\n") });
        await RefusedAsync("deprecation_message", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new("half \uD83D") });
        var longest = new string('m', AgentDeprecation.MaxMessage);
        await RefusedAsync("deprecation_message", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new(longest + "m") });
        Assert.Equal(AgentLifeCycle.Active, (await registry.Agents.GetAsync(me, "a"))!.LifeCycle);
        await registry.Agents.PatchAsync(me, "a", new() { LifeCycle = AgentLifeCycle.Retired, Deprecation = new(longest) });

        async Task RefusedAsync(string field, AgentPatch patch)
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(() => registry.Agents.PatchAsync(me, "a", patch));
            Assert.Equal((RegistryError.Invalid, field), (refusal.Error, refusal.Field));
            var registration = new AgentRegistration(Card, "new") { LifeCycle = patch.LifeCycle, Deprecation = patch.Deprecation };
            if (field != "successor" || patch.Deprecation!.Successor != "a")
            {
                refusal = await Assert.ThrowsAsync<RegistryException>(() => registry.Agents.RegisterAsync(me, registration));
                Assert.Equal((RegistryError.Invalid, field), (refusal.Error, refusal.Field));
            }
        }
    }

    [Fact]
    public async Task Only_its_owner_says_it_and_whoever_replaces_its_card_leaves_it()
    {
        var mallory = me with { Subject = "mallory" };
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card) { LifeCycle = AgentLifeCycle.Retired });
        foreach (var write in new Func<Task>[]
        {
            () => registry.Agents.PatchAsync(mallory, "a", new() { LifeCycle = AgentLifeCycle.Active }),
            () => registry.Agents.PatchAsync(mallory, "a", new() { Deprecation = new("mine") }),
            () => registry.Agents.RegisterAsync(mallory, new AgentRegistration(Card) { LifeCycle = AgentLifeCycle.Active }),
        })
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(write);
            Assert.Equal((RegistryError.Forbidden, "lifecycle"), (refusal.Error, refusal.Field));
        }

        Assert.Equal(AgentLifeCycle.Retired, (await registry.Agents.RegisterAsync(mallory, new AgentRegistration(Card))).Agent.LifeCycle);
    }

    [Fact]
    public async Task A_restart_keeps_it()
    {
        await registry.Agents.RegisterAsync(
            me, new AgentRegistration(Card) { LifeCycle = AgentLifeCycle.Deprecated, Deprecation = new("m", "b") });
        await registry.RestartAsync();
        var agent = (await registry.Agents.GetAsync(me, "a"))!;
        Assert.Equal((AgentLifeCycle.Deprecated, new AgentDeprecation("m", "b")), (agent.LifeCycle, agent.Deprecation));
    }

    private static StoredRecord Stored(string more)
    {
        var fields = $$"""{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"{{more}}}""";
        var body = new RecordBody(RawJson.FromValid(Card.Span), RawJson.FromValid(Encoding.UTF8.GetBytes(fields)));
        return new StoredRecord(new RecordKey("t", "a"), 1, body);
    }
}
