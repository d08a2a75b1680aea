using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Registry 000's <c>extensions.json</c>: who declared an extension first, and when. It goes to the agents that declare it, which were imported before.
/// All else in it follows from their cards.
/// </summary>
internal sealed class LegacyExtensions(IRecordStore store, LineCheck check, Caller caller)
{
    public async IAsyncEnumerable<CheckedLine> ReadAsync(
        IReadOnlyList<LegacyEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var byAgent = new OrderedDictionary<string, List<(long Number, ExtensionOrigin Origin)>>(StringComparer.Ordinal);
        foreach (var fault in entries.SelectMany(entry => entry.Read(entry => Collect(entry, byAgent))))
        {
            yield return fault;
        }

        foreach (var (id, origins) in byAgent)
        {
            var key = new RecordKey(caller.Tenant, id);
            var number = origins[0].Number;
            if (await store.ReadAsync(AgentKind.Kind, key, cancellationToken) is not { } stored)
            {
                var reason = $"the agent '{RecordLine.Shorten(id)}' that declares it is not here: import agents.json first";
                yield return new CheckedLine(number, null, null, reason);
                continue;
            }

            var agent = AgentKind.Read(stored);
            var known = agent.ExtensionOrigins.Select(
                origin => origins.Select(older => older.Origin).FirstOrDefault(older => older.Uri == origin.Uri && older.At < origin.At) ?? origin);
            var line = new RecordLine(AgentKind.Kind.Name, key, 0, AgentKind.Write(agent with { ExtensionOrigins = [.. known] }));
            yield return check.Check(number, line) with { IsUpdate = true };
        }
    }

    private static IReadOnlyList<CheckedLine> Collect(
        LegacyEntry entry, OrderedDictionary<string, List<(long Number, ExtensionOrigin Origin)>> byAgent)
    {
        var uri = entry.Text("uri") ?? entry.Name ?? throw new JsonException("'uri' is missing");
        var first = entry.Text("first_declared_by_agent") ?? throw new JsonException("'first_declared_by_agent' is missing");
        var at = LegacyTime.Read(entry, "first_declared_at") ?? throw new JsonException("'first_declared_at' is missing");
        var origin = new ExtensionOrigin(uri, first, at);
        foreach (var agent in entry.Json.GetProperty("declaring_agents").EnumerateArray())
        {
            var id = agent.GetString() ?? throw new JsonException("an agent of 'declaring_agents' is null");
            if (!byAgent.TryGetValue(id, out var origins))
            {
                byAgent[id] = origins = [];
            }

            origins.Add((entry.Number, origin));
        }

        return [];
    }
}
