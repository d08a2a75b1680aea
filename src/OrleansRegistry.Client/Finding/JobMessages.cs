using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Writes jobs, and reads the agents for them.</summary>
internal static class JobMessages
{
    public static ReadOnlyMemory<byte> Of(AgentJob job) => TaskRequests.Object(json =>
    {
        json.WriteGiven("text", job.Text);
        AgentFilterRequests.Write(json, "required", job.Required);
        AgentFilterRequests.Write(json, "preferred", job.Preferred);
        AgentFilterRequests.Write(json, "not", job.Not);
        json.WriteGiven("max_open_tasks", (long?)job.MaxOpenTasks);
        if (job.MinSuccessRate is { } rate && double.IsFinite(rate))
        {
            json.WriteNumber("min_success_rate"u8, rate);
        }

        json.WriteString("order"u8, job.Order == AgentJobOrder.LeastLoaded ? "least_loaded" : "best");
        json.WriteNumber("limit"u8, job.Limit);
    });

    public static AgentCandidate Read(JsonElement candidate, string tenant) => new(
        AgentAnswers.Read(candidate.GetProperty("agent"), tenant),
        candidate.GetProperty("score").GetDouble(),
        [
            .. candidate.Entries("parts").Select(part => new AgentScorePart(
                part.Required("part"), part.GetProperty("value").GetDouble(), part.GetProperty("weight").GetDouble())),
        ],
        ReadFilters(candidate.GetProperty("preferred")),
        ReadFilters(candidate.GetProperty("missing")),
        AgentAnswers.ReadHighlights(candidate))
    {
        MeaningField = candidate.Text("meaning_field"),
    };

    private static AgentFilters ReadFilters(JsonElement json)
    {
        var filters = AgentFilters.None;
        foreach (var member in json.EnumerateObject())
        {
            // A newer registry may know others.
            if (AgentField.Find(member.Name) is { } field)
            {
                filters = filters.With(field, [.. member.Value.EnumerateArray().Select(value => value.GetString()!)]);
            }
        }

        return filters;
    }
}
