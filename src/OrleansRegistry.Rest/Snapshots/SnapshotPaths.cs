using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>The ids in the paths of snapshots, and how they are described.</summary>
internal static class SnapshotPaths
{
    private const string Parameter = "snapshot_id";

    public static ApiOperation Operation(string operationId, string summary) => new(operationId, "Snapshots", summary);

    public static ApiOperation OfAgent(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The agent's id. A slash in it is written %2F.");

    public static ApiOperation OfOne(string operationId, string summary) => OfAgent(operationId, summary).Path(Parameter, "The snapshot's id.");

    /// <summary>What a list is narrowed down by, but for the agent.</summary>
    public static ApiOperation Filtered(this ApiOperation operation) => operation
        .Query("session_id", "Of this session.")
        .Query("index", "With this index.", "integer")
        .Query("since", "Taken at this time or later, such as 2026-01-31T12:00:00Z.")
        .Query("before", "Taken before this time.")
        .Query("query", "A part of the description, whatever its case. A page may then have few or none, and more follow.")
        .Paged(PageLimit.Snapshots)
        .Answer(200, "A page of snapshots, newest first. nextPageToken is empty on the last.", "SnapshotList")
        .Problems(400, 503);

    /// <summary>What a state is saved as, in the query, as the body is the state itself.</summary>
    public static ApiOperation SavedAs(this ApiOperation operation) => operation
        .Query("session_id", $"The session that the state is of; {SnapshotSave.DefaultSession} unless given.")
        .Query("index", "The number within the session, from 0; one more than that of the newest unless given.", "integer")
        .Query("description", $"What to say of it, up to {SnapshotSave.MaxDescription:N0} characters.")
        .Query("replace", "true: take the place of the snapshot with that index.", "boolean");

    public static string AgentId(HttpContext context, int segmentsAfter) => RawPath.Id(context, "agent_id", segmentsAfter);

    public static string SnapshotId(HttpContext context, int segmentsAfter = 0, string suffix = "") =>
        RawPath.Id(context, Parameter, segmentsAfter, suffix, HasNoAction, Parameter);

    public static int PartNumber(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["number"]!;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw RegistryException.Invalid("number", $"must be a whole number, not '{LogText.Id(text)}'");
    }

    public static SnapshotSave Save(QueryParameters parameters, string agentId) => new()
    {
        AgentId = agentId,
        SessionId = parameters.Text("session_id") ?? SnapshotSave.DefaultSession,
        Index = parameters.Number("index", 0),
        Description = parameters.Text("description"),
        Replace = parameters.Boolean("replace") ?? false,
    };

    public static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /agents/{id}/snapshots/{snapshot_id} with :verify and :complete")
        {
            Header = ("Allow", "DELETE, GET, HEAD"),
        };

    public static RegistryException NotFound() => new(RegistryError.NotFound, "Snapshot not found", Parameter);
}
