using OrleansRegistry.Agents;
using OrleansRegistry.Contexts;
using OrleansRegistry.Logs;
using OrleansRegistry.Storage;
using OrleansRegistry.Tasks;

namespace OrleansRegistry.Tests;

public sealed class AccessTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private static readonly Caller Owner = new("t", "owner");
    private static readonly Caller Other = new("t", "other");
    private static readonly Caller Auditor = new("t", "auditor") { SeesAllOwners = true };

    [Fact]
    public void The_owner_reads_and_writes_and_who_sees_all_owners_only_reads()
    {
        Assert.Equal((true, true), (Access.MayRead(Owner, "owner"), Access.MayWrite(Owner, "owner")));
        Assert.Equal((false, false), (Access.MayRead(Other, "owner"), Access.MayWrite(Other, "owner")));
        Assert.Equal((true, false), (Access.MayRead(Auditor, "owner"), Access.MayWrite(Auditor, "owner")));
    }

    [Fact]
    public void What_is_being_deleted_is_there_for_nobody()
    {
        var head = new ContextHead(Context("owner"), LogHead.Empty);
        Assert.Equal((true, true), (Access.MayRead(Owner, head), Access.MayWrite(Owner, head)));
        var deleting = head with { Deleting = true };
        Assert.Equal((false, false), (Access.MayRead(Auditor, deleting), Access.MayWrite(Owner, deleting)));
        Assert.False(Access.MayRead(Owner, Head("token") with { Deleting = true }, "token", Now));
    }

    [Theory]
    [InlineData("token", true, true)] // valid
    [InlineData("ended", false, true)] // was valid once: its holder reads the event that ended it
    [InlineData("wrong", false, false)]
    [InlineData(null, false, false)]
    public void The_holder_of_a_lease_reads_the_task_and_a_former_one_its_events(string? token, bool task, bool events)
    {
        var head = Head("token") with { LostToken = "ended" };
        Assert.Equal((task, events), (Access.MayRead(Other, head, token, Now), Access.MayReadEvents(Other, head, token)));
    }

    [Fact]
    public void A_lease_that_is_over_opens_no_task()
    {
        Assert.False(Access.MayRead(Other, Head("token"), "token", Now.AddMinutes(1)));
        Assert.True(Access.MayReadEvents(Other, Head("token"), "token"));
    }

    [Fact]
    public void An_unreadable_record_is_removed_by_its_owner_or_where_none_is_known_by_anyone()
    {
        Assert.True(Access.MayRemove(Owner, new UnreadableRecord("x", "owner")));
        Assert.False(Access.MayRemove(Other, new UnreadableRecord("x", "owner")));
        Assert.False(Access.MayRemove(Auditor, new UnreadableRecord("x", "owner")));
        Assert.True(Access.MayRemove(Other, new UnreadableRecord("x")));
    }

    [Fact]
    public void Who_owns_an_agent_or_is_named_claims_every_task_of_it()
    {
        Assert.Null(Access.ClaimableOwner(Owner, "a", Agent("owner")));
        Assert.Null(Access.ClaimableOwner(Other, "a", Agent("owner", "other")));
        Assert.Null(Access.ClaimableOwner(Other, "a", Agent("owner", "*")));
        Assert.Null(Access.ClaimableOwner(Other, "a", Agent(null, "other")));
    }

    [Fact]
    public void Of_an_agent_without_an_owner_a_caller_claims_the_tasks_it_made()
    {
        Assert.Equal("other", Access.ClaimableOwner(Other, "a", null));
        Assert.Equal("other", Access.ClaimableOwner(Other, "a", Agent(null)));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("owner", "third")] // the owner has named others, and not itself
    public void Everybody_else_is_refused_the_tasks_of_an_agent(string subject, params string[] workers)
    {
        var refused = Assert.Throws<RegistryException>(() => Access.ClaimableOwner(new Caller("t", subject), "a", Agent("owner", workers)));
        Assert.Equal((RegistryError.Forbidden, "agent_id"), (refused.Error, refused.Field));
    }

    [Fact]
    public void Only_the_owner_of_an_agent_passes_where_one_is_known()
    {
        Access.DemandOwner("a", "owner", "owner", "remove it");
        Access.DemandOwner("a", null, "other", "remove it");
        Assert.Equal(
            RegistryError.Forbidden, Assert.Throws<RegistryException>(() => Access.DemandOwner("a", "owner", "other", "remove it")).Error);
        var unnamed = Assert.Throws<RegistryException>(() => Access.DemandOwner("a", "owner", null, "remove it"));
        Assert.Contains("'owner'", unnamed.Message, StringComparison.Ordinal);
    }

    private static TaskHead Head(string token) => new()
    {
        Tenant = "t",
        Id = "1",
        ContextId = "c",
        Owner = "owner",
        Status = new TaskStatus(TaskState.Working, Now),
        Lease = new TaskLease("w", token, Now.AddSeconds(30)),
    };

    private static ContextRecord Context(string owner) => new() { Tenant = "t", Id = "c", Owner = owner };

    private static AgentRecord Agent(string? owner, params string[] workers) =>
        new() { Tenant = "t", Id = "a", Card = default, Enabled = true, Owner = owner, Workers = workers };
}
