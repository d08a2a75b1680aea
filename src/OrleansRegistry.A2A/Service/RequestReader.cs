namespace OrleansRegistry.A2A.Service;

/// <summary>Reads the parameters of operations as the JSON bindings send them.</summary>
/// <remarks>Source: A2A 1.0, 3.1, 3.2, 5.7: unknown members are ignored.</remarks>
internal static class RequestReader
{
    public const string HistoryLengthName = "historyLength";

    private static readonly RequestMembers.Names Send = new("tenant", "message", "configuration", "metadata") { IgnoresOthers = true };

    private static readonly RequestMembers.Names Configuration =
        new("acceptedOutputModes", "taskPushNotificationConfig", HistoryLengthName, "returnImmediately") { IgnoresOthers = true };

    /// <summary>Reads SendMessage and SendStreamingMessage. The documents are slices of <paramref name="json"/>.</summary>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static SendMessageRequest ReadSend(A2ACall call, ReadOnlyMemory<byte> json)
    {
        var members = new RequestMembers(json, Send, "request");
        AgentGate.CheckTenant(call, members.Text("tenant"));
        var message = members.Object("message") ?? throw A2AException.Invalid("message", "is required");
        var request = new SendMessageRequest(message) { Metadata = members.Object("metadata") };
        if (members.Object("configuration") is not { } configured)
        {
            return request;
        }

        var configuration = new RequestMembers(configured, Configuration, "configuration", "configuration.");
        return request with
        {
            AcceptedOutputModes = configuration.Texts("acceptedOutputModes") ?? [],
            PushConfig = configuration.Object("taskPushNotificationConfig"),
            HistoryLength = CheckHistoryLength(
                configuration.Integer(HistoryLengthName, int.MinValue, int.MaxValue), $"configuration.{HistoryLengthName}"),
            ReturnImmediately = configuration.Boolean("returnImmediately") is true,
        };
    }

    public static ListTasksRequest ReadList(IRequestFields fields) => new()
    {
        ContextId = fields.Text("contextId"),
        Status = ReadState(fields.Text("status")),
        PageSize = fields.Integer("pageSize") ?? PageLimit.Tasks.Usual,
        PageToken = fields.Text("pageToken"),
        HistoryLength = ReadHistoryLength(fields),
        StatusTimestampAfter = fields.Time("statusTimestampAfter"),
        IncludeArtifacts = fields.Boolean("includeArtifacts") is true,
    };

    /// <summary>Null for no limit, 0 for no messages.</summary>
    public static int? ReadHistoryLength(IRequestFields fields) => CheckHistoryLength(fields.Integer(HistoryLengthName), HistoryLengthName);

    /// <summary>A field that must be there.</summary>
    public static string Required(IRequestFields fields, string name) => fields.Text(name) ?? throw A2AException.Invalid(name, "is required");

    private static int? CheckHistoryLength(int? length, string field) =>
        length is null or >= 0 ? length : throw A2AException.Invalid(field, $"must not be negative, as {length} is");

    /// <summary>Null for any state.</summary>
    private static TaskState? ReadState(string? name)
    {
        if (name is null or TaskStates.Unspecified)
        {
            return null;
        }

        return TaskStates.TryParse(name) is { } state && state.ToV10() == name ? state : throw A2AException.Invalid(
            "status", $"must be one of {string.Join(", ", TaskStates.All.Select(known => known.ToV10()))}, not '{LogText.Id(name)}'");
    }
}
