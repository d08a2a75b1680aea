using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Tests.Trust;

/// <summary>Who sees agents. Lists, counts and watches are compared with those of where hidden agents are not in HiddenAgentTests of the directory.</summary>
public sealed class VisibilityTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private const string Id = "agent-1";
    private const string Absent = "agent-2";

    private static readonly AgentSharingChange Named = new() { Visibility = AgentVisibility.Named };

    private readonly Caller owner = TestRegistry.NewCaller();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_does_not_see_an_agent_is_answered_as_where_there_is_none()
    {
        await RegisterAsync(Named);
        await Service<IAgentInstances>().PutAsync(owner, Id, "i", new InstanceRegistration("https://i.example/"), Cancellation);
        await registry.Agents.PatchAsync(owner, Id, new AgentPatch { Ttl = TimeSpan.FromMinutes(1) }, Cancellation);
        var failed = new List<string>();
        foreach (var allowed in (Permissions[])[Permissions.All, RegistryRoles.Of(["user"])])
        {
            var stranger = owner with { Subject = "mallory", Allowed = allowed };
            foreach (var (name, ask) in Questions())
            {
                var (hidden, absent) = (await ToldAsync(() => ask(stranger, Id)), await ToldAsync(() => ask(stranger, Absent)));
                if (hidden != absent.Replace(Absent, Id, StringComparison.Ordinal))
                {
                    failed.Add($"{name}: {hidden}, and where there is none: {absent}");
                }
            }
        }

        Assert.Equal([], failed);
        Assert.Equal(Id, (await registry.Agents.GetAsync(owner, Id, cancellationToken: Cancellation))!.Id);
    }

    [Fact]
    public async Task Owner_workers_those_named_and_who_manages_agents_see_it()
    {
        await RegisterAsync(Named with { VisibleTo = ["ann", "ann"] }, workers: ["walt"]);
        var keyed = owner with { Subject = "key", Agents = [Id] };
        var manager = owner with { Subject = "ops", Allowed = RegistryRoles.Of(["devops"]) };
        foreach (var sees in (Caller[])[owner, owner with { Subject = "ann" }, owner with { Subject = "walt" }, keyed, manager])
        {
            var found = await registry.Agents.GetAsync(sees, Id, ReadConsistency.Strong, Cancellation);
            Assert.Equal((AgentVisibility.Named, "ann"), (found?.Visibility, Assert.Single(found!.Sharing!.VisibleTo)));
            Assert.Single((await registry.Agents.ListAsync(sees, cancellationToken: Cancellation)).Agents);
        }

        Assert.Empty((await registry.Agents.ListAsync(owner with { Subject = "mallory" }, cancellationToken: Cancellation)).Agents);
        await registry.Agents.PatchAsync(owner, Id, new AgentPatch { Workers = ["*"] }, Cancellation);
        Assert.NotNull(await registry.Agents.GetAsync(owner with { Subject = "mallory" }, Id, cancellationToken: Cancellation));
        Assert.Null(await registry.Agents.GetAsync(owner with { Tenant = "other" }, Id, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task It_takes_no_messages_from_who_does_not_see_it_and_its_id_is_taken()
    {
        await RegisterAsync(Named);
        var stranger = owner with { Subject = "mallory" };
        await AssertRefusedAsync(RegistryError.NotFound, () => registry.Tasks.SubmitAsync(stranger, Message(Id), Cancellation));
        var put = new TaskPut(TaskState.Submitted) { AgentId = Id };
        await AssertRefusedAsync(RegistryError.NotFound, () => registry.Tasks.PutAsync(stranger, "t", put, Cancellation));
        var taken = await AssertRefusedAsync(
            RegistryError.Conflict, () => registry.Agents.RegisterAsync(stranger, Cards.Registration("a", id: Id), Cancellation));
        Assert.DoesNotContain(owner.Subject, taken.Message, StringComparison.Ordinal);
        var batch = await registry.Agents.RegisterManyAsync(stranger, [Cards.Registration("a", id: Id)], Cancellation);
        Assert.Equal(RegistryError.Conflict, batch[0].Refused!.Error);
        Assert.Equal(Id, (await registry.Tasks.SubmitAsync(owner, Message(Id), Cancellation)).Task.AgentId);
    }

    [Fact]
    public async Task It_stays_as_set_until_its_owner_says_otherwise()
    {
        await RegisterAsync(Named with { VisibleTo = ["ann"], MessagesFrom = AgentSenders.Granted });
        var again = await registry.Agents.RegisterAsync(owner, Cards.Registration("other", id: Id), Cancellation);
        Assert.Equal((AgentVisibility.Named, AgentSenders.Granted), (again.Agent.Visibility, again.Agent.Sharing!.MessagesFrom));
        await AssertRefusedAsync(RegistryError.Forbidden, () => PatchAsync(owner with { Subject = "ann" }, new() { VisibleTo = ["mallory"] }));
        var wide = (await PatchAsync(owner, new() { Visibility = AgentVisibility.Public })).Agent.Sharing!;
        Assert.Equal((AgentVisibility.Public, 0, AgentSenders.Granted), (wide.Visibility, wide.VisibleTo.Count, wide.MessagesFrom));
        Assert.Null((await PatchAsync(owner, new() { Visibility = AgentVisibility.Tenant, MessagesFrom = AgentSenders.Tenant })).Agent.Sharing);
    }

    [Fact]
    public async Task What_cannot_be_said_of_it_is_named()
    {
        await RegisterAsync(null);
        await AssertInvalidAsync("visibility", new() { Visibility = (AgentVisibility)9 });
        await AssertInvalidAsync("messages_from", new() { MessagesFrom = (AgentSenders)9 });
        await AssertInvalidAsync("visible_to", new() { VisibleTo = ["ann"] });
        await AssertInvalidAsync("visible_to", Named with { VisibleTo = [.. Enumerable.Range(0, 101).Select(i => $"s{i}")] });
        await AssertInvalidAsync("visible_to[1]", Named with { VisibleTo = ["ann", ""] });
        Assert.Null((await registry.Agents.GetAsync(owner, Id, cancellationToken: Cancellation))!.Sharing);
    }

    [Fact]
    public void Records_keep_it_and_one_with_another_visibility_cannot_be_read()
    {
        var said = new AgentSharing { Visibility = AgentVisibility.Named, VisibleTo = ["ann"], MessagesFrom = AgentSenders.Granted };
        var agent = new AgentRecord { Tenant = "t", Id = "a", Card = RawJson.FromValid("{}"u8), Sharing = said };
        var key = new RecordKey("t", "a");
        var read = AgentKind.Read(new StoredRecord(key, 1, AgentKind.Write(agent))).Sharing!;
        Assert.Equal((said.Visibility, "ann", said.MessagesFrom), (read.Visibility, Assert.Single(read.VisibleTo), read.MessagesFrom));
        var written = AgentKind.Write(agent with { Sharing = null });
        Assert.DoesNotContain("visib", written.Fields.ToString(), StringComparison.Ordinal);
        var fields = $"{written.Fields.ToString()[..^1]},\"visibility\":\"secret\"}}";
        var other = written with { Fields = RawJson.FromValid(Encoding.UTF8.GetBytes(fields)) };
        Assert.Equal(RegistryError.Unreadable, Assert.Throws<RegistryException>(() => AgentKind.Read(new StoredRecord(key, 1, other))).Error);
    }

    [Fact]
    public async Task Public_agents_are_read_by_other_tenants_and_nothing_else()
    {
        await RegisterAsync(new() { Visibility = AgentVisibility.Public });
        await registry.Agents.RegisterAsync(owner, Cards.Registration("mine"), Cancellation);
        var other = TestRegistry.NewCaller();
        await registry.Agents.RegisterAsync(
            other, Cards.Registration("theirs", tags: ["sea"]) with { Sharing = new() { Visibility = AgentVisibility.Public } }, Cancellation);
        var everywhere = Service<IPublicAgents>();
        Assert.Equal(Id, (await everywhere.GetAsync(other, owner.Tenant, Id, Cancellation))!.Id);
        Assert.Null(await everywhere.GetAsync(other, owner.Tenant, "mine", Cancellation));
        Assert.Null(await everywhere.GetAsync(other, other.Tenant, Id, Cancellation));
        Assert.Null(await registry.Agents.GetAsync(other, Id, cancellationToken: Cancellation));
        await AssertRefusedAsync(RegistryError.NotFound, () => registry.Agents.RemoveAsync(other, Id, cancellationToken: Cancellation));

        var found = new List<PublicAgent>();
        string? token = null;
        do
        {
            var page = await everywhere.ListAsync(owner, new AgentQuery { PageSize = 1, PageToken = token }, Cancellation);
            Assert.True(page.Agents.Count <= 1);
            found.AddRange(page.Agents);
            token = page.NextPageToken;
        }
        while (token is not null);
        (string, string)[] expected = [(owner.Tenant, Id), (other.Tenant, "theirs")];
        Assert.Equal(expected.Order(), found.Select(agent => (agent.Tenant, agent.Id)).Where(expected.Contains));
        Assert.Equal("theirs", Assert.Single((await everywhere.ListAsync(owner, new AgentQuery { Tags = ["sea"] }, Cancellation)).Agents).Id);
        var operators = owner with { Allowed = Permissions.Everything };
        var suspended = new TenantChange { State = TenantState.Suspended };
        await Service<ITenants>().PutAsync(operators, other.Tenant, suspended, cancellationToken: Cancellation);
        Assert.Empty((await everywhere.ListAsync(owner, new AgentQuery { Tags = ["sea"] }, Cancellation)).Agents);
        Assert.Null(await everywhere.GetAsync(owner, other.Tenant, "theirs", Cancellation));
    }

    [Fact]
    public async Task Public_agents_are_not_asked_for_what_is_not_told_of_them()
    {
        foreach (var (field, query) in (IEnumerable<(string, AgentQuery)>)[
            ("q", new() { Words = "a" }), ("sort", new() { Sort = AgentSort.Parse("name") }), ("page_size", new() { PageSize = 0 }),
            ("page_token", new() { PageToken = "AAAAAAAA" }), ("owner", new() { Not = AgentFilters.None.With(AgentField.Owner, ["a"]) })])
        {
            var refused = await Assert.ThrowsAsync<RegistryException>(
                async () => await Service<IPublicAgents>().ListAsync(owner, query, Cancellation));
            Assert.Equal((RegistryError.Invalid, field), (refused.Error, refused.Field));
        }
    }

    private static TaskSubmission Message(string agentId) =>
        new("""{"role":"ROLE_USER","parts":[{"text":"hi"}]}"""u8.ToArray()) { AgentId = agentId };

    private static async Task<RegistryException> AssertRefusedAsync(RegistryError error, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal(error, refused.Error);
        return refused;
    }

    /// <summary>What came of a call: what it answered, or how it was refused.</summary>
    private static async Task<string> ToldAsync(Func<Task<object?>> ask)
    {
        try
        {
            return (await ask())?.ToString() ?? "nothing";
        }
        catch (RegistryException refused)
        {
            return $"{refused.Error} {refused.Field} {refused.Message}";
        }
    }

    private T Service<T>()
        where T : class => registry.Services.GetRequiredService<T>();

    private Task<AgentWriteResult> RegisterAsync(AgentSharingChange? sharing, IReadOnlyList<string>? workers = null) => registry.Agents.RegisterAsync(
        owner, Cards.Registration("name", extensions: ["urn:x"], id: Id) with { Sharing = sharing, Workers = workers }, Cancellation);

    private Task<AgentWriteResult> PatchAsync(Caller caller, AgentSharingChange sharing) =>
        registry.Agents.PatchAsync(caller, Id, new AgentPatch { Sharing = sharing }, Cancellation);

    private async Task AssertInvalidAsync(string field, AgentSharingChange sharing)
    {
        Assert.Equal(field, (await AssertRefusedAsync(RegistryError.Invalid, () => PatchAsync(owner, sharing))).Field);
        var registration = Cards.Registration("x") with { Sharing = sharing };
        var refused = await AssertRefusedAsync(RegistryError.Invalid, () => registry.Agents.RegisterAsync(owner, registration, Cancellation));
        Assert.Equal(field, refused.Field);
    }

    /// <summary>Every call that names an agent, but registrations and messages.</summary>
    private IEnumerable<(string Name, Func<Caller, string, Task<object?>> Ask)> Questions()
    {
        var (agents, versions, drafts, tasks) = (registry.Agents, registry.Versions, registry.Drafts, registry.Tasks);
        yield return ("get", async (caller, id) => await agents.GetAsync(caller, id));
        yield return ("get strong", async (caller, id) => await agents.GetAsync(caller, id, ReadConsistency.Strong));
        yield return ("patch", async (caller, id) => await agents.PatchAsync(caller, id, new AgentPatch(Enabled: false)));
        yield return ("remove", async (caller, id) => await agents.RemoveAsync(caller, id));
        yield return ("refresh", async (caller, id) => await agents.RefreshAsync(caller, id));
        yield return ("extensions", async (caller, id) => await agents.GetAgentExtensionsAsync(caller, id));
        yield return ("many", async (caller, id) => (await Service<IAgentFinder>().GetManyAsync(caller, [id])).Missing.Single());
        yield return ("similar", async (caller, id) => await Service<IAgentFinder>().GetSimilarAsync(caller, id));
        yield return ("versions", async (caller, id) => await versions.ListAsync(caller, id));
        yield return ("version", async (caller, id) => await versions.GetAsync(caller, id, "@1"));
        yield return ("diff", async (caller, id) => await versions.DiffAsync(caller, id, "@1"));
        yield return ("roll back", async (caller, id) => await versions.RollBackAsync(caller, id, "@1"));
        yield return ("label", async (caller, id) => await versions.LabelAsync(caller, id, "stable", 1));
        yield return ("unlabel", async (caller, id) => await versions.UnlabelAsync(caller, id, "stable"));
        yield return ("put draft", async (caller, id) => await drafts.PutAsync(caller, id, Cards.Json("d")));
        yield return ("draft", async (caller, id) => await drafts.GetAsync(caller, id));
        yield return ("publish", async (caller, id) => await drafts.PublishAsync(caller, id));
        yield return ("put instance", async (caller, id) =>
            await Service<IAgentInstances>().PutAsync(caller, id, "j", new InstanceRegistration("https://j.example/")));
        yield return ("instance", async (caller, id) => await Service<IAgentInstances>().GetAsync(caller, id, "i"));
        yield return ("instances", async (caller, id) => await Service<IAgentInstances>().ListAsync(caller, id));
        yield return ("choose", async (caller, id) => await Service<IAgentInstances>().ChooseAsync(caller, id));
        yield return ("remove instance", async (caller, id) => await Service<IAgentInstances>().RemoveAsync(caller, id, "i"));
        yield return ("beat", async (caller, id) => await Service<IAgentLiveness>().HeartbeatAsync(caller, id));
        yield return ("beats", async (caller, id) => (await Service<IAgentLiveness>().HeartbeatManyAsync(caller, [id]))[0].Refused?.Message);
        yield return ("lease", async (caller, id) => await Service<IAgentLiveness>().GetLeaseAsync(caller, id));
        yield return ("probe", async (caller, id) => await Service<IAgentProbes>().ProbeAsync(caller, id));
        yield return ("probed", async (caller, id) => await Service<IAgentProbes>().GetProbeAsync(caller, id));
        yield return ("vectors", async (caller, id) => await Service<IAgentVectors>().GetAsync(caller, id));
        yield return ("remove vectors", async (caller, id) => await Service<IAgentVectors>().RemoveAsync(caller, id));
        yield return ("signature", async (caller, id) => await Service<IAgentSignatures>().VerifyAsync(caller, id));
        yield return ("claim", async (caller, id) => await tasks.ClaimAsync(caller, id, new TaskClaim("w") { Wait = TimeSpan.Zero }));
    }
}
