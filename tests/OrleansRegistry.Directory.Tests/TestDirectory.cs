using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory.Tests;

/// <summary>A directory that is fed by hand, one change at a time.</summary>
internal sealed class TestDirectory(ExtensionPolicy? policy = null)
{
    public const string Tenant = "default";

    public static readonly AgentViewer Everybody = AgentViewer.OfAll(Tenant);

    private static readonly RecordKind Agent = new() { Number = 1, Name = "agent", Table = "agents", HasFeed = true };

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<AgentRecord> records = [];
    private AgentDirectory? agents;

    public AgentDirectory Agents => agents ??= new AgentDirectory(
        policy ?? new ExtensionPolicy(), new AgentDecoder(Agent, Decode), new UnreadableRecords(
            NullLogger<UnreadableRecords>.Instance), NullLogger<AgentDirectory>.Instance);

    /// <summary>Registers <paramref name="id"/> the way the registry does: origins are taken over from what is known.</summary>
    public void Put(string id, TestCard card, bool enabled = true, string tenant = Tenant)
    {
        var revision = Agents.Revision + 1;
        Feed(revision, id, Record(id, card, revision, enabled, tenant), tenant);
    }

    /// <summary>What is stored of an agent that is registered as that revision.</summary>
    public AgentRecord Record(string id, TestCard card, long revision, bool enabled = true, string tenant = Tenant)
    {
        var bytes = card.ToJson();
        var read = AgentCard.Read(bytes);
        var known = Agents.OriginsOf(tenant, read.Extensions.Select(extension => extension.Uri));
        return new AgentRecord
        {
            Tenant = tenant,
            Id = id,
            Card = bytes,
            Revision = revision,
            Enabled = enabled,
            CreatedAt = Start.AddMinutes(revision),
            UpdatedAt = Start.AddMinutes(revision),
            ExtensionOrigins = ExtensionOrigins.For(read, id, Start.AddMinutes(revision), known),
        };
    }

    /// <summary>The feed tells of a change.</summary>
    /// <param name="record">Null: the agent was removed.</param>
    public void Feed(long revision, string id, AgentRecord? record, string tenant = Tenant) =>
        Agents.Apply(new ChangeBatch([new RecordChange(new RecordKey(tenant, id), revision, record is null ? null : Encode(record))]));

    public void Remove(string id, string tenant = Tenant) => Feed(Agents.Revision + 1, id, null, tenant);

    /// <summary>How records are encoded has no part in what is tested here: a record's fields are its place in a list.</summary>
    private RecordBody Encode(AgentRecord agent)
    {
        records.Add(agent);
        return new RecordBody(agent.Card, RawJson.FromValid(JsonSerializer.SerializeToUtf8Bytes(records.Count - 1)));
    }

    private AgentRecord Decode(StoredRecord stored) =>
        records[JsonSerializer.Deserialize<int>(stored.Body.Fields.Span)] with { Revision = stored.Version };

    public string[] Ids(AgentQuery query, string tenant = Tenant) =>
        [.. Agents.List(AgentViewer.OfAll(tenant), query).Agents.Select(agent => agent.Id)];
}

internal sealed record TestCard(
    string Name,
    string Description = "",
    string[]? Tags = null,
    string[]? Skills = null,
    string? Category = null,
    string? Provider = null,
    string[]? Capabilities = null,
    string[]? Extensions = null,
    string[]? SkillTags = null,
    string[]? InputModes = null,
    string[]? OutputModes = null,
    TestInterface[]? Interfaces = null)
{
    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public RawJson ToJson() => RawJson.FromValid(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        name = Name,
        description = Description,
        category = Category,
        provider = Provider is null ? null : new { organization = Provider },
        tags = Tags ?? [],
        skills = (Skills ?? []).Select(id => new
        {
            id,
            name = $"name of {id}",
            description = "words that search must not find",
            tags = SkillTags,
            inputModes = InputModes?.Skip(1),
            outputModes = OutputModes?.Skip(1),
        }),
        // The first is the card's, the others are those of its skills.
        defaultInputModes = InputModes?.Take(1),
        defaultOutputModes = OutputModes?.Take(1),
        supportedInterfaces = Interfaces?.Select(one => new { url = one.Url, protocolBinding = one.Binding, protocolVersion = one.Version }),
        capabilities = (Capabilities ?? []).ToDictionary(name => name, _ => (object)true)
            .Append(new("extensions", (Extensions ?? []).Select(uri => new { uri, description = $"{uri} by {Name}" }).ToArray()))
            .ToDictionary(),
    }, WithoutNulls)));
}

internal sealed record TestInterface(string Url, string? Binding = null, string? Version = null);
