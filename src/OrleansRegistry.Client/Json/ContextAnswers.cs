using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads contexts as the REST API answers them.</summary>
internal static class ContextAnswers
{
    /// <param name="tenant">The caller's: answers do not name it.</param>
    public static ContextRecord Read(JsonElement context, string tenant) => new()
    {
        Tenant = tenant,
        Id = context.Required("id"),
        Owner = context.Required("owner"),
        Data = context.Document("data"),
        Generation = context.Number("generation"),
        CreatedAt = context.Time("createdAt"),
        UpdatedAt = context.Time("updatedAt"),
        MessageCount = context.Number("messageCount"),
        Repeated = context.Flag("repeated"),
    };

    public static ContextSummary ReadSummary(JsonElement context, string tenant) => new(
        Read(context, tenant), context.Number("taskCount"), context.Strings("taskIds"));

    /// <param name="name">The event's: <c>context</c>, <c>update</c> or <c>deleted</c>.</param>
    public static ContextEvent ReadEvent(string name, JsonElement data, string tenant)
    {
        if (name == "context")
        {
            var context = Read(data, tenant);
            return new ContextEvent(context.Id, context.Generation, context);
        }

        return new ContextEvent(
            data.Required("contextId"),
            data.Number("generation"),
            Data: data.Document("data"),
            Messages: data.Find("messages") is null ? null : data.Documents("messages"),
            TaskId: data.Text("taskId"),
            Cleared: data.Flag("cleared"),
            Deleted: name == "deleted");
    }
}
