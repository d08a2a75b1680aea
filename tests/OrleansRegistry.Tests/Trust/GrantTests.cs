using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust;
using OrleansRegistry.Trust.Grants;

namespace OrleansRegistry.Tests.Trust;

/// <summary>Grants: who may see agents and send them messages by them, and for how long.</summary>
public sealed class GrantTests : IClassFixture<GrantTests.Later>, IAsyncLifetime
{
    private const string Id = "weather";

    private readonly FakeTimeProvider time;
    private readonly MemoryRegistry registry;
    private readonly Caller owner = TestRegistry.NewCaller();
    private readonly Caller ann;
    private readonly Caller ben;
    private readonly Caller cleo;

    public GrantTests(Later later)
    {
        (time, registry) = (later.Time, later.Registry);
        (ann, ben, cleo) = (owner with { Subject = "ann" }, owner with { Subject = "ben" }, owner with { Subject = "cleo" });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IAgentGrants Grants => registry.Services.GetRequiredService<IAgentGrants>();

    public async ValueTask InitializeAsync()
    {
        await ShareAsync(Id, new AgentSharingChange { Visibility = AgentVisibility.Named, MessagesFrom = AgentSenders.Granted });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_given_shows_the_agent_and_lets_messages_through_until_it_is_taken_back()
    {
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ann));
        var grant = await Grants.GiveAsync(owner, To("ann"), Cancellation);
        Assert.Equal((GrantState.Active, "alice", null), (grant.State, grant.CreatedBy, grant.ExpiresAt));
        Assert.Equal(Id, (await SendAsync(ann)).AgentId);
        Assert.Single((await registry.Agents.ListAsync(ann, cancellationToken: Cancellation)).Agents);
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ben));
        Assert.Equal(grant.Id, (await Grants.GiveAsync(owner, To("ann"), Cancellation)).Id);

        var ended = await Grants.RevokeAsync(ann, grant.Id, "not needed", Cancellation);
        Assert.Equal((GrantState.Revoked, "ann", "not needed"), (ended.State, ended.DecidedBy, ended.Reason));
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ann));
        Assert.Null(await registry.Agents.GetAsync(ann, Id, ReadConsistency.Strong, Cancellation));
    }

    [Fact]
    public async Task What_only_reads_sends_no_messages_and_skills_are_those_that_it_names()
    {
        await Grants.GiveAsync(owner, To("ann") with { Actions = [GrantAction.Read] }, Cancellation);
        var refused = await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann));
        Assert.DoesNotContain("alice", refused.Message, StringComparison.Ordinal);
        await Grants.GiveAsync(owner, To("ann") with { Skills = ["rain"] }, Cancellation);
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann));
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann, skill: "snow"));
        var task = await SendAsync(ann, skill: "rain");

        // Whatever way a message takes to a task that there is.
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann, taskId: task.Id));
        await RefusedAsync(RegistryError.Forbidden, () => registry.Tasks.SubmitAsync(ann, new(Message(null, task.Id)), Cancellation));
        await RefusedAsync(
            RegistryError.Forbidden, () => registry.Tasks.UpdateAsync(ann, task.Id, new TaskUpdate { Messages = [Message(null)] }, Cancellation));
        var put = new TaskPut(TaskState.Submitted) { Messages = [Message("rain"), Message("snow")] };
        await RefusedAsync(RegistryError.Forbidden, () => registry.Tasks.PutAsync(ann, task.Id, put, Cancellation));
        await RefusedAsync(RegistryError.Forbidden, () => registry.Tasks.PutAsync(ann, "new", put with { AgentId = Id }, Cancellation));
        Assert.Equal(task.Id, (await SendAsync(ann, skill: "rain", taskId: task.Id)).Id);
        Assert.Equal(TaskState.Canceled, (await registry.Tasks.CancelAsync(ann, task.Id, cancellationToken: Cancellation)).Status.State);
    }

    [Theory]
    [InlineData("\"taskId\":null,\"task_id\":\"{0}\"", "{}")]
    [InlineData("\"taskId\":\"\",\"task_id\":\"{0}\"", "{}")]
    [InlineData("\"taskId\":\"{0}\",\"task_id\":null", """{"skill_id":null,"skillId":"snow"}""")]
    [InlineData("\"task_id\":\"{0}\"", """{"skill_id":"","skillId":"snow"}""")]
    [InlineData("\"task_id\":\"{0}\"", """{"skill_id":"rain","skillId":"snow"}""", RegistryError.Invalid)]
    [InlineData("\"task_id\":\"{0}\"", """{"skill_id":["snow"],"skillId":"rain"}""", RegistryError.Invalid)]
    public async Task By_no_spelling_a_message_says_one_thing_here_and_another_there(
        string names, string metadata, RegistryError error = RegistryError.Forbidden)
    {
        await Grants.GiveAsync(owner, To("ann") with { Skills = ["rain"] }, Cancellation);
        var task = await SendAsync(ann, skill: "rain");
        var message = $$"""{"messageId":"x","role":"ROLE_USER","parts":[{"text":"hi"}],"metadata":{{metadata}},"""
            + names.Replace("{0}", task.Id, StringComparison.Ordinal) + "}";
        await RefusedAsync(error, () => registry.Tasks.SubmitAsync(ann, new TaskSubmission(Encoding.UTF8.GetBytes(message)), Cancellation));
    }

    [Fact]
    public async Task Of_what_somebody_asks_for_the_newest_is_open()
    {
        await ShareAsync(Id, new AgentSharingChange { Visibility = AgentVisibility.Tenant });
        await Grants.RequestAsync(ann, new GrantTerms(Id), Cancellation);
        var other = await Grants.RequestAsync(ben, new GrantTerms(Id), Cancellation);
        var last = await Grants.RequestAsync(ann, new GrantTerms(Id) { Lifetime = TimeSpan.FromHours(1) }, Cancellation);
        var open = (await Grants.ListAsync(owner, new() { State = GrantState.Requested }, Cancellation)).Grants;
        Assert.Equal([last.Id, other.Id], open.Select(grant => grant.Id).OrderByDescending(id => id == last.Id));
    }

    [Fact]
    public async Task What_is_asked_for_holds_once_its_owner_approves_it_for_a_day()
    {
        await ShareAsync(Id, new AgentSharingChange { Visibility = AgentVisibility.Tenant });
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann));
        var asked = await Grants.RequestAsync(ann, new GrantTerms(Id) { Message = "for the trip" }, Cancellation);
        Assert.Equal((GrantState.Requested, GrantTerms.UsualLifetime), (asked.State, asked.Lifetime));
        Assert.Equal(asked.Id, (await Grants.RequestAsync(ann, new GrantTerms(Id), Cancellation)).Id);
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann));
        await RefusedAsync(RegistryError.Forbidden, () => Grants.ApproveAsync(ann, asked.Id, cancellationToken: Cancellation));
        await RefusedAsync(RegistryError.NotFound, () => Grants.ApproveAsync(ben, asked.Id, cancellationToken: Cancellation));
        Assert.Equal(asked.Id, Assert.Single((await Grants.ListAsync(owner, new() { State = GrantState.Requested }, Cancellation)).Grants).Id);
        var given = await Grants.ApproveAsync(owner, asked.Id, cancellationToken: Cancellation);
        Assert.Equal((GrantState.Active, "alice", "for the trip"), (given.State, given.DecidedBy, given.Message));
        await SendAsync(ann);

        time.Advance(GrantTerms.UsualLifetime);
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ann));
        Assert.Equal(GrantState.Expired, (await Grants.GetAsync(ann, asked.Id, Cancellation))!.State);
        await RefusedAsync(RegistryError.Conflict, () => Grants.ApproveAsync(owner, asked.Id, cancellationToken: Cancellation));
        Assert.Equal(GrantState.Expired, (await Grants.RevokeAsync(owner, asked.Id, cancellationToken: Cancellation)).State);
        var denied = await Grants.RequestAsync(ann, new GrantTerms(Id), Cancellation);
        Assert.Equal(GrantState.Revoked, (await Grants.RevokeAsync(owner, denied.Id, "no", Cancellation)).State);
        await RefusedAsync(RegistryError.Conflict, () => Grants.ApproveAsync(owner, denied.Id, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_is_handed_on_is_no_wider_and_no_longer_and_ends_with_what_it_is_from()
    {
        var first = await Grants.GiveAsync(
            owner, To("ann") with { Skills = ["rain", "snow"], Delegable = true, Lifetime = TimeSpan.FromHours(2) }, Cancellation);
        var on = To("ben") with { From = first.Id, Skills = ["rain"], Delegable = true };
        Assert.Equal("skills", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ann, on with { Skills = [] }))).Field);
        Assert.Equal("skills", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ann, on with { Skills = ["hail"] }))).Field);
        Assert.Equal("actions", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ann, on with { Actions = ["*"] }))).Field);
        Assert.Equal(
            "expires_in", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ann, on with { Lifetime = TimeSpan.FromHours(3) }))).Field);
        Assert.Equal("grantee", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ann, on with { Grantee = new("ann") }))).Field);
        await RefusedAsync(RegistryError.NotFound, () => HandAsync(ben, on));
        var second = await HandAsync(ann, on);
        Assert.Equal(first.ExpiresAt, second.ExpiresAt);
        await SendAsync(ben, skill: "rain");
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(ben, skill: "snow"));

        // Round in a circle it comes to nothing.
        foreach (var before in (string[])["ann", "alice"])
        {
            var circle = on with { From = second.Id, Grantee = new(before) };
            Assert.Equal("grantee", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(ben, circle))).Field);
        }

        var third = await HandAsync(ben, on with { From = second.Id, Grantee = new("cleo"), Delegable = false });
        await SendAsync(cleo, skill: "rain");
        await RefusedAsync(RegistryError.Forbidden, () => HandAsync(cleo, on with { From = third.Id, Grantee = new("dan") }));
        await Grants.RevokeAsync(owner, second.Id, cancellationToken: Cancellation);
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(cleo, skill: "rain"));
        await Grants.GiveAsync(owner, To("ben") with { Actions = [GrantAction.Read] }, Cancellation);
        await RefusedAsync(RegistryError.Conflict, () => HandAsync(ben, on with { From = second.Id, Grantee = new("cleo") }));
        await SendAsync(ann, skill: "rain");
    }

    [Fact]
    public async Task It_can_be_handed_on_only_so_often()
    {
        var last = await Grants.GiveAsync(owner, To("s0") with { Delegable = true }, Cancellation);
        for (var i = 1; i < GrantBook.MaxDepth; i++)
        {
            last = await HandAsync(owner with { Subject = $"s{i - 1}" }, To($"s{i}") with { From = last.Id, Delegable = true });
        }

        var holder = owner with { Subject = last.Grantee.Subject! };
        await SendAsync(holder);
        Assert.Equal("from", (await RefusedAsync(RegistryError.Invalid, () => HandAsync(holder, To("z") with { From = last.Id }))).Field);
    }

    [Fact]
    public async Task An_agent_has_it_by_who_acts_for_it_and_a_credential_of_the_agent_alone()
    {
        await registry.Agents.RegisterAsync(ann, Cards.Registration("planner") with { Workers = ["walt"] }, Cancellation);
        await Grants.GiveAsync(owner, new GrantTerms(Id) { Grantee = new(AgentId: "planner") }, Cancellation);
        await SendAsync(ann);
        await SendAsync(owner with { Subject = "walt" });
        await SendAsync(owner with { Subject = "key", Agents = ["planner"] });
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(owner with { Subject = "key", Agents = ["other"] }));
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ben));

        // A credential that is for certain agents is not let to others by a grant to its subject.
        await Grants.GiveAsync(owner, To("key"), Cancellation);
        await RefusedAsync(RegistryError.Forbidden, () => SendAsync(owner with { Subject = "key", Agents = ["other"] }));

        // Nor does it take grants of other agents back; what its agent has, it may.
        var given = await Grants.GiveAsync(owner, To("zoe"), Cancellation);
        await RefusedAsync(RegistryError.Forbidden, () => Grants.RevokeAsync(owner with { Agents = ["other"] }, given.Id, null, Cancellation));
        Assert.Equal(
            GrantState.Revoked, (await Grants.RevokeAsync(owner with { Agents = [Id] }, given.Id, null, Cancellation)).State);

        // Another agent of that name is another.
        await registry.Agents.RemoveAsync(ann, "planner", cancellationToken: Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        await registry.Agents.RegisterAsync(ann, Cards.Registration("planner"), Cancellation);
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ann));
    }

    [Fact]
    public async Task It_is_for_the_agent_that_was_there_and_no_later_one_of_its_id()
    {
        var grant = await Grants.GiveAsync(owner, To("ann"), Cancellation);
        await registry.Agents.RemoveAsync(owner, Id, cancellationToken: Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        await ShareAsync(Id, new AgentSharingChange { Visibility = AgentVisibility.Named, MessagesFrom = AgentSenders.Granted });
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ann));
        Assert.NotEqual(grant.Id, (await Grants.GiveAsync(owner, To("ann"), Cancellation)).Id);
        await SendAsync(ann);
    }

    [Fact]
    public async Task Its_owner_workers_and_who_manages_agents_need_none()
    {
        await registry.Agents.PatchAsync(owner, Id, new AgentPatch { Workers = ["walt"] }, Cancellation);
        await SendAsync(owner);
        await SendAsync(owner with { Subject = "walt" });
        await SendAsync(owner with { Subject = "ops", Allowed = RegistryRoles.Of(["devops"]) });
        var given = await Grants.GiveAsync(owner with { Subject = "ops", Allowed = RegistryRoles.Of(["devops"]) }, To("ann"), Cancellation);
        Assert.Equal("ops", given.CreatedBy);
        await SendAsync(ann);
    }

    [Fact]
    public async Task Both_sides_see_it_and_nobody_else()
    {
        var first = await Grants.GiveAsync(owner, To("ann") with { Delegable = true }, Cancellation);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await HandAsync(ann, To("ben") with { From = first.Id });
        Assert.Equal([second.Id, first.Id], (await Grants.ListAsync(owner, cancellationToken: Cancellation)).Grants.Select(grant => grant.Id));
        Assert.Equal([second.Id, first.Id], (await Grants.ListAsync(ann, new() { AgentId = Id }, Cancellation)).Grants.Select(grant => grant.Id));
        Assert.Equal(second.Id, Assert.Single((await Grants.ListAsync(ben, cancellationToken: Cancellation)).Grants).Id);
        Assert.Empty((await Grants.ListAsync(cleo, cancellationToken: Cancellation)).Grants);
        Assert.Empty((await Grants.ListAsync(owner with { Tenant = "other" }, cancellationToken: Cancellation)).Grants);
        Assert.Equal(first.Id, Assert.Single((await Grants.ListAsync(owner, new() { Grantee = new("ann") }, Cancellation)).Grants).Id);
        var page = await Grants.ListAsync(owner, new() { PageSize = 1 }, Cancellation);
        var rest = await Grants.ListAsync(owner, new() { PageSize = 1, PageToken = page.NextPageToken }, Cancellation);
        Assert.Equal((second.Id, first.Id, null), (page.Grants[0].Id, rest.Grants[0].Id, rest.NextPageToken));
        Assert.Null(await Grants.GetAsync(cleo, first.Id, Cancellation));
        await RefusedAsync(RegistryError.NotFound, () => Grants.RevokeAsync(cleo, first.Id, cancellationToken: Cancellation));
        await RefusedAsync(RegistryError.NotFound, () => Grants.RevokeAsync(owner, "none", cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_cannot_be_given_is_named()
    {
        await AssertInvalidAsync("grantee", To("ann") with { Grantee = null });
        await AssertInvalidAsync("grantee", To("ann") with { Grantee = new("ann", "planner") });
        await AssertInvalidAsync("grantee", To("alice"));
        await AssertInvalidAsync("grantee.subject", To(""));
        await AssertInvalidAsync("actions", To("ann") with { Actions = [] });
        await AssertInvalidAsync("actions[1]", To("ann") with { Actions = ["read", "write"] });
        await AssertInvalidAsync("skills[0]", To("ann") with { Skills = [""] });
        await AssertInvalidAsync("skills", To("ann") with { Skills = [.. Enumerable.Range(0, 101).Select(i => $"s{i}")] });
        await AssertInvalidAsync("expires_in", To("ann") with { Lifetime = TimeSpan.Zero });
        await AssertInvalidAsync("message", To("ann") with { Message = new string('x', 1001) });
        Assert.Equal("grantee.agent_id", (await RefusedAsync(
            RegistryError.NotFound, () => Grants.GiveAsync(owner, new GrantTerms(Id) { Grantee = new(AgentId: "none") }, Cancellation))).Field);
        await RefusedAsync(RegistryError.NotFound, () => Grants.GiveAsync(owner, To("ann") with { AgentId = "none" }, Cancellation));
        await RefusedAsync(RegistryError.NotFound, () => Grants.RequestAsync(ann, new GrantTerms(Id), Cancellation));
        await ShareAsync(Id, new AgentSharingChange { Visibility = AgentVisibility.Tenant });
        await RefusedAsync(RegistryError.Forbidden, () => Grants.GiveAsync(ann, To("ben"), Cancellation));
        await RefusedAsync(RegistryError.Forbidden, () => Grants.RequestAsync(ann, To("ben"), Cancellation));
        await RefusedAsync(RegistryError.Invalid, () => Grants.RequestAsync(ann, new GrantTerms(Id) { From = "x" }, Cancellation));
    }

    [Fact]
    public async Task Another_process_sees_within_moments_what_was_given_and_taken_back()
    {
        var store = registry.Services.GetRequiredService<IRecordStore>();
        var grant = await Grants.GiveAsync(owner, To("ann"), Cancellation);
        var stored = (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf("grant", owner.Tenant, grant.Id), Cancellation))!;
        var revoked = Encoding.UTF8.GetString(stored.Body.Document.Span).Replace("\"active\"", "\"revoked\"", StringComparison.Ordinal);
        var body = new RecordBody(RawJson.FromValid(Encoding.UTF8.GetBytes(revoked)), default);

        // As the other one writes it.
        await store.WriteAsync(TrustKind.Kind, stored.Key, stored.Version, body, Cancellation);
        var sight = registry.Services.GetRequiredService<AgentSight>();
        await Eventually.TrueAsync(() => sight.IsHidden(ann, Id), "the agent to be hidden again");
        await RefusedAsync(RegistryError.NotFound, () => SendAsync(ann));
    }

    [Fact]
    public async Task Those_that_ended_make_room_and_one_that_cannot_be_read_allows_nothing()
    {
        var records = registry.Services.GetRequiredService<TrustRecords>();
        var first = await Grants.GiveAsync(owner, To("ann"), Cancellation);
        await Task.WhenAll(Enumerable.Range(1, GrantRoom.MaxForAgent - 1).Select(async i =>
        {
            var filler = first with { Id = $"g{i}", Grantee = new($"s{i}"), State = i == 7 ? GrantState.Revoked : GrantState.Active };
            await records.WriteAsync(GrantType.Type, owner.Tenant, filler.Id, filler, before: null, Cancellation);
        }));

        await Grants.GiveAsync(owner, To("ben"), Cancellation);
        Assert.Null(records.Find(GrantType.Type, owner.Tenant, "g7"));
        await RefusedAsync(RegistryError.Conflict, () => Grants.GiveAsync(owner, To("cleo"), Cancellation));

        var store = registry.Services.GetRequiredService<IRecordStore>();
        var stored = (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf("grant", owner.Tenant, first.Id), Cancellation))!;
        await store.WriteAsync(TrustKind.Kind, stored.Key, stored.Version, new RecordBody(RawJson.FromValid("{}"u8), default), Cancellation);
        var sight = registry.Services.GetRequiredService<AgentSight>();
        await Eventually.TrueAsync(() => sight.IsHidden(ann, Id), "the agent to be hidden again");
    }

    private static GrantTerms To(string subject) => new(Id) { Grantee = new Grantee(subject) };

    private static byte[] Message(string? skill, string? taskId = null)
    {
        var metadata = skill is null ? "{}" : $$"""{"skill_id":"{{skill}}"}""";
        var task = taskId is null ? "" : $",\"taskId\":\"{taskId}\"";
        return Encoding.UTF8.GetBytes(
            $$"""{"messageId":"{{Guid.NewGuid()}}","role":"ROLE_USER","parts":[{"text":"hi"}],"metadata":{{metadata}}{{task}}}""");
    }

    private static async Task<RegistryException> RefusedAsync(RegistryError error, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.True(error == refused.Error, $"{refused.Error} and not {error}: {refused.Message}");
        return refused;
    }

    private Task<AgentGrant> HandAsync(Caller caller, GrantTerms terms) => Grants.GiveAsync(caller, terms, Cancellation);

    private async Task AssertInvalidAsync(string field, GrantTerms terms) =>
        Assert.Equal(field, (await RefusedAsync(RegistryError.Invalid, () => Grants.GiveAsync(owner, terms, Cancellation))).Field);

    private async Task<TaskRecord> SendAsync(Caller caller, string? skill = null, string? taskId = null)
    {
        var submission = new TaskSubmission(Message(skill)) { AgentId = taskId is null ? Id : null, TaskId = taskId };
        return (await registry.Tasks.SubmitAsync(caller, submission, Cancellation)).Task;
    }

    private Task<AgentWriteResult> ShareAsync(string id, AgentSharingChange sharing) =>
        registry.Agents.RegisterAsync(owner, Cards.Registration(id) with { Sharing = sharing }, Cancellation);

    /// <summary>A registry whose time the tests set.</summary>
    public sealed class Later : IAsyncLifetime
    {
        public Later() => Registry = new MemoryRegistry { Time = Time };

        public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

        public MemoryRegistry Registry { get; }

        public ValueTask InitializeAsync() => Registry.InitializeAsync();

        public ValueTask DisposeAsync() => Registry.DisposeAsync();
    }
}
