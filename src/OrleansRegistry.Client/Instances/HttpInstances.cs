using System.Globalization;
using System.Net;

namespace OrleansRegistry.Client;

/// <summary>The instances of agents over HTTP.</summary>
internal sealed class HttpInstances(RegistryHttp http, HttpAgents agents) : IAgentInstances
{
    /// <summary>The field of a refusal to choose.</summary>
    public const string NoneHealthy = "health";

    private const string Field = "instance";

    public async Task<InstanceWritten> PutAsync(
        Caller caller, string agentId, string name, InstanceRegistration registration, CancellationToken cancellationToken = default)
    {
        // JSON has no such numbers.
        if (!double.IsFinite(registration.Weight))
        {
            throw RegistryException.Invalid("weight", "must be a finite number");
        }

        var body = TaskRequests.Object(json =>
        {
            json.WriteString("url"u8, registration.Url);
            json.WriteNumber("weight"u8, registration.Weight);
            json.WriteGiven("version", registration.Version);
            json.WriteGiven("metadata", registration.Metadata);
            json.WriteGiven("ttl", (long?)registration.Ttl?.TotalSeconds);
            json.WriteBoolean("ephemeral"u8, registration.Ephemeral);
        });
        var request = HttpAgents.With(http.Write(caller, HttpMethod.Put, Of(agentId, name), body, keyed: false), registration.Condition);
        using var answer = await http.CallAsync(request, cancellationToken);
        agents.See(answer);
        var found = answer.Read(InstanceAnswers.ReadFound);
        agents.Wrote(found.Revision);
        return new InstanceWritten(found.Instance, answer.Response.StatusCode == HttpStatusCode.Created, found.Revision);
    }

    public async ValueTask<InstanceFound> GetAsync(
        Caller caller, string agentId, string name, CancellationToken cancellationToken = default)
    {
        using var answer = await agents.ReadAsync(http.Read(caller, Of(agentId, name)), cancellationToken);
        return answer.Read(InstanceAnswers.ReadFound);
    }

    public async ValueTask<InstancePage> ListAsync(
        Caller caller, string agentId, InstanceQuery? query = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            OfAll(agentId, ""),
            ("health", query?.Health?.ToName()),
            ("version", query?.Version),
            ("page_size", query?.PageSize?.ToString(CultureInfo.InvariantCulture)),
            ("page_token", query?.PageToken));
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new InstancePage(
            [.. page.Entries("instances").Select(InstanceAnswers.Read)],
            (int)page.Number("totalSize"),
            page.NextPage(),
            page.Number("revision")));
    }

    public async Task<long> RemoveAsync(
        Caller caller, string agentId, string name, WriteCondition condition = default, CancellationToken cancellationToken = default)
    {
        var request = HttpAgents.With(http.Write(caller, HttpMethod.Delete, Of(agentId, name), keyed: false), condition);
        try
        {
            using var answer = await http.CallAsync(request, cancellationToken);
            agents.See(answer);
            var revision = answer.Read(json => json.Number("revision"));
            agents.Wrote(revision);
            return revision;
        }
        catch (RegistryException fault) when (RegistryHttp.IsGone(fault) && fault.Field == Field)
        {
            // By the try before, whose answer was lost; the revision with it.
            return agents.Revision;
        }
    }

    public async ValueTask<InstanceFound> ChooseAsync(
        Caller caller, string agentId, InstanceChoice? choice = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            OfAll(agentId, ":choose"), ("key", choice?.Key), ("version", choice?.Version), ("any_health", choice?.AnyHealth == true ? "true" : null));
        using var answer = await agents.ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(InstanceAnswers.ReadFound);
    }

    /// <summary>The path of one instance.</summary>
    /// <param name="suffix">What follows its name.</param>
    public static string Of(string agentId, string name, string suffix = "")
    {
        Identifiers.CheckId(agentId);
        Identifiers.CheckId(name, Field);
        return ApiPath.OfPart("agents", agentId, "instances", name, "name", suffix);
    }

    private static string OfAll(string agentId, string action)
    {
        Identifiers.CheckId(agentId);
        return ApiPath.Of("agents", agentId, $"/instances{action}");
    }
}
