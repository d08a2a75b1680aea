namespace OrleansRegistry.Tests.Transfer;

/// <summary>What an export since a time takes for a change of an agent.</summary>
public sealed class ChangedAgentTests
{
    private static readonly DateTimeOffset Updated = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Updated.AddMinutes(1);
    private static readonly AgentLease Lease = new() { Ttl = TimeSpan.FromSeconds(30), Health = AgentHealth.Expired, Since = Later };

    private static readonly AgentRecord Agent = new()
    {
        Tenant = "t",
        Id = "a",
        Card = RawJson.FromValid("""{"name":"a"}"""u8),
        CreatedAt = Updated,
        UpdatedAt = Updated,
    };

    public static TheoryData<string> Changes => ["health", "an instance", "an instance's health", "a probe", "a fetch", "a fetch that failed"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_leaves_its_time_is_one_too(string change)
    {
        var source = new AgentSource { Url = "https://a.example", FetchedAt = Updated };
        var instance = new AgentInstance { Name = "i", Url = "https://i.example", RegisteredAt = Updated, UpdatedAt = Updated };
        var changed = change switch
        {
            "health" => Agent with { Lease = Lease },
            "an instance" => Agent with { Instances = [instance with { UpdatedAt = Later }] },
            "an instance's health" => Agent with { Instances = [instance, instance with { Name = "j", Lease = Lease }] },
            "a probe" => Agent with { Probe = new() { Result = new(AgentProbeOutcome.Matches, Later, null, [], Later) } },
            "a fetch" => Agent with { Source = source with { FetchedAt = Later } },
            _ => Agent with { Source = source with { Failure = new("away", Later, 1) } },
        };
        Assert.Equal(Later, ChangedAt(changed));
        Assert.Equal(Later.AddMinutes(1), ChangedAt(changed with { UpdatedAt = Later.AddMinutes(1) }));
    }

    [Fact]
    public void Without_them_its_own_time_counts() => Assert.Equal(Updated, ChangedAt(Agent));

    private static DateTimeOffset? ChangedAt(AgentRecord agent) =>
        TransferKind.Agents.Read(new StoredRecord(new RecordKey("t", "a"), 1, AgentKind.Write(agent)))!.ChangedAt;
}
