namespace OrleansRegistry;

/// <summary>
/// What agents are filtered and counted by. Each is one declaration here, which .NET, REST, the client, the command line and MCP follow, and one in
/// the directory, which says where an agent has it.
/// </summary>
public sealed class AgentField
{
    /// <summary>Of <see cref="LifeCycle"/>: agents whatever they have.</summary>
    public const string Everything = "all";

    private static readonly List<AgentField> Declared = [];

    /// <summary>A tag of the card or of one of its skills, compared exactly.</summary>
    public static AgentField Tag { get; } = new("tag", "a tag of the card or of a skill") { Plural = "tags" };

    /// <summary>The id of a skill, compared exactly.</summary>
    public static AgentField Skill { get; } = new("skill", "the id of a skill") { Plural = "skills" };

    /// <summary>A tag of a skill, compared exactly.</summary>
    public static AgentField SkillTag { get; } = new("skill_tag", "a tag of a skill");

    /// <summary>A category, compared exactly.</summary>
    public static AgentField Category { get; } = new("category", "a category");

    /// <summary>A capability that the card declares, such as <c>streaming</c>, in camelCase or snake_case.</summary>
    public static AgentField Capability { get; } =
        new("capability", "a capability that the card declares, such as streaming");

    /// <summary>The URI of an extension that the card declares and the registry lists, compared exactly.</summary>
    public static AgentField Extension { get; } = new("extension", "the URI of an extension that the card declares");

    /// <summary>The provider's organization, ignoring case.</summary>
    public static AgentField Provider { get; } =
        new("provider", "the provider's organization, whatever its case") { IsSingle = true };

    /// <summary>A media type that the card, or one of its skills, takes; ignoring case.</summary>
    public static AgentField InputMode { get; } =
        new("input_mode", "a media type that the card or a skill takes, such as text/plain");

    /// <summary>A media type that the card, or one of its skills, gives; ignoring case.</summary>
    public static AgentField OutputMode { get; } =
        new("output_mode", "a media type that the card or a skill gives, such as application/json");

    /// <summary>How an interface of the card is spoken to: <c>JSONRPC</c>, <c>HTTP+JSON</c>, <c>GRPC</c> or another; ignoring case.</summary>
    public static AgentField Binding { get; } =
        new("binding", "the protocol binding of an interface: JSONRPC, HTTP+JSON (or HTTP_JSON), GRPC");

    /// <summary>The A2A version of an interface, major and minor: <c>1.0</c>, <c>0.3</c>.</summary>
    public static AgentField ProtocolVersion { get; } =
        new("protocol_version", "the A2A version of an interface, such as 1.0 or 0.3");

    /// <summary>The host of an interface's URL, without its port; ignoring case.</summary>
    public static AgentField Host { get; } = new("host", "the host of an interface's URL, without its port");

    /// <summary>Whether the agent is enabled: <c>true</c> or <c>false</c>.</summary>
    public static AgentField Enabled { get; } =
        new("enabled", "true or false: whether the agent is enabled") { IsSingle = true, Values = ["true", "false"] };

    /// <summary>How messages get to the agent: a name of <see cref="AgentDelivery"/>.</summary>
    public static AgentField Delivery { get; } = new("delivery", "how messages get to the agent")
    {
        IsSingle = true,
        Values = [.. Enum.GetValues<AgentDelivery>().Select(delivery => delivery.ToName())],
    };

    /// <summary>The subject that owns the agent, compared exactly.</summary>
    public static AgentField Owner { get; } = new("owner", "the subject that registered the agent") { IsSingle = true };

    /// <summary>
    /// How far the agent is in its life: a name of <see cref="AgentLifeCycle"/>, or <see cref="Everything"/>. Where a query asks for none, active agents alone
    /// are found.
    /// </summary>
    public static AgentField LifeCycle { get; } = new("lifecycle", "how far the agent is in its life; active agents alone unless asked for")
    {
        IsSingle = true,
        Values = [.. Enum.GetValues<AgentLifeCycle>().Select(lifeCycle => lifeCycle.ToName()), Everything],
    };

    /// <summary>Whether an agent with a lease still beats: a name of <see cref="AgentHealth"/>; those without a lease have none.</summary>
    public static AgentField Health { get; } = new("health", "whether the agent beats; those without a lease have none")
    {
        IsSingle = true,
        Values = [.. Enum.GetValues<AgentHealth>().Select(health => health.ToName())],
    };

    /// <summary>What the last probe found (<see cref="IAgentProbes"/>): a name of <see cref="AgentProbeOutcome"/>; those never probed have none.</summary>
    public static AgentField Probe { get; } = new("probe", "what the last look at the agent's published card found")
    {
        IsSingle = true,
        Values = [.. Enum.GetValues<AgentProbeOutcome>().Select(outcome => outcome.ToName())],
    };

    /// <summary>What was found of the card's signatures: a name of <see cref="SignatureVerdict"/>, or <see cref="SignatureVerdicts.None"/>.</summary>
    public static AgentField Signature { get; } = new("signature", "what was found of the signatures of the agent's card")
    {
        IsSingle = true,
        Values = [.. Enum.GetValues<SignatureVerdict>().Select(verdict => verdict.ToName()), SignatureVerdicts.None],
    };

    /// <summary>Whether the agent's owner has proved the domains of all URLs of its card (<see cref="AgentRecord.DomainVerified"/>).</summary>
    public static AgentField DomainVerified { get; } =
        new("domain_verified", "true or false: whether the owner has proved the domains of the card's URLs")
    {
        IsSingle = true,
        Values = ["true", "false"],
        IsJudged = true,
    };

    /// <summary>How far the tenant trusts the agent (<see cref="AgentRecord.TrustLevel"/>): one of <see cref="TrustLevels"/>.</summary>
    public static AgentField TrustLevel { get; } = new("trust_level", "how far the tenant trusts the agent")
    {
        Plural = "trust_levels",
        IsSingle = true,
        Values = TrustLevels.All,
        IsJudged = true,
    };

    private AgentField(string name, string description)
    {
        Name = name;
        Description = description;
        Declared.Add(this);
    }

    /// <summary>All of them, in the order in which they are described.</summary>
    public static IReadOnlyList<AgentField> All { get; } = Declared;

    /// <summary>What it is called in requests, such as <c>skill_tag</c>.</summary>
    public string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Description { get; }

    /// <summary>Whether an agent has at most one value of it, so that to ask for several at once makes no sense.</summary>
    public bool IsSingle { get; private init; }

    /// <summary>The only values that there are; null where there may be any.</summary>
    public IReadOnlyList<string>? Values { get; private init; }

    /// <summary>Whether an agent's value follows from other records, and changes without the agent: watches cannot tell of that.</summary>
    internal bool IsJudged { get; private init; }

    /// <summary>What bodies of requests may call it too.</summary>
    internal string? Plural { get; private init; }

    /// <summary>The field of that name; null where there is none.</summary>
    public static AgentField? Find(string name) => All.FirstOrDefault(known => known.Name == name);

    /// <summary>Checks a value that agents are to have.</summary>
    /// <param name="as">What to call the field in the error.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is no such value.</exception>
    internal void Check(string value, string? @as = null)
    {
        if (Values is not null && !Values.Contains(value))
        {
            throw RegistryException.Invalid(@as ?? Name, $"must be {string.Join(", ", Values.SkipLast(1))} or {Values[^1]}, not '{value}'");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
