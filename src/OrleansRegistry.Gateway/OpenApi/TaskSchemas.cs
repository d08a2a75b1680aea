using Microsoft.OpenApi;

namespace OrleansRegistry.Gateway.OpenApi;

/// <summary>The shapes of bodies about tasks and contexts. Members that requests take go by their snake_case names too.</summary>
internal static class TaskSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        var message = Ref("Message");
        yield return ("Message", ApiSchemas.Any("An A2A message, of version 1.0 or 0.3: role, parts, messageId, … It comes back as it was sent."));
        yield return ("Artifact", ApiSchemas.Any("An A2A artifact: artifactId, parts, …"));
        yield return ("TaskStatus", ApiSchemas.Shape(("state", State()), ("timestamp", ApiSchemas.Time()), ("message", message)));
        yield return ("Task", ApiSchemas.Shape(
            ("id", ApiSchemas.Text("")), ("contextId", ApiSchemas.Text("")), ("kind", ApiSchemas.Text("task, with state_format=0.3 only.")), ("status", Ref("TaskStatus")),
            ("history", ApiSchemas.List(message)), ("artifacts", ApiSchemas.List(Ref("Artifact"))), ("metadata", ApiSchemas.Any("")),
            ("agentId", ApiSchemas.Text("Who is to work on it.")), ("owner", ApiSchemas.Text("Who made it.")), ("generation", Generation()), ("createdAt", ApiSchemas.Time()),
            ("updatedAt", ApiSchemas.Time()), ("historyCount", ApiSchemas.Integer("How many messages there are in all.")),
            ("artifactCount", ApiSchemas.Integer("How many artifacts there are in all.")),
            ("historyTruncated", ApiSchemas.Flag("True where one answer has no room for all messages: the oldest are missing; /tasks/{id}/messages has all.")),
            ("artifactsTruncated", ApiSchemas.Flag("True where one answer has no room for all artifacts: those that are there are whole; /tasks/{id}/artifacts has all.")),
            ("lease", ApiSchemas.Shape(
                ("worker", ApiSchemas.Text("")), ("token", ApiSchemas.Text("Shown to the holder, by claim and renew.")), ("expiresAt", ApiSchemas.Time()))),
            ("deadline", ApiSchemas.Time("When it fails unless it is over.")),
            ("attempts", ApiSchemas.Integer("Claims in a row, the present one included, that brought no change of it; after as many as the registry allows it fails.")),
            ("repeated", ApiSchemas.Flag("Of a submission: the message was there already, and nothing was changed."))));
        yield return ("TaskSubmission", ApiSchemas.Shape(
            ("message", message), ("taskId", ApiSchemas.Text("Absent: the message's, else made.")), ("contextId", ApiSchemas.Text("Absent: the message's, else the task's, else made.")),
            ("agentId", ApiSchemas.Text("Who is to work on a new task.")), ("metadata", Metadata()),
            ("deadline", ApiSchemas.Time("When the task fails unless it is over: up to 366 days ahead.")), ("ifGenerationMatch", Condition())));
        yield return ("TaskUpdate", ApiSchemas.Shape(
            ("state", State()), ("statusMessage", message), ("messages", ApiSchemas.List(message)),
            ("artifacts", ApiSchemas.List(ApiSchemas.OneOf(Ref("Artifact"), ApiSchemas.Shape(
                ("artifact", Ref("Artifact")), ("append", ApiSchemas.Flag("Its parts are added to the artifact of that id; its name, description and metadata are merged into it.")), ("lastChunk", ApiSchemas.Flag("")))))),
            ("metadata", Metadata()), ("ifState", State()), ("ifGenerationMatch", Condition()), ("leaseToken", ApiSchemas.Text("The worker's, who claimed the task."))));
        yield return ("TaskPut", ApiSchemas.Shape(
            ("id", ApiSchemas.Text("That of the path, where it is given.")), ("contextId", ApiSchemas.Text("Absent: the task's own, else made. It never changes.")),
            ("status", Ref("TaskStatus")), ("history", ApiSchemas.List(message)), ("artifacts", ApiSchemas.List(Ref("Artifact"))),
            ("metadata", ApiSchemas.Any("One JSON object, in the place of what there is.")), ("agentId", ApiSchemas.Text("Absent: the task's own. It never changes.")),
            ("deadline", ApiSchemas.Time()), ("ifGenerationMatch", Condition()), ("leaseToken", ApiSchemas.Text("")),
            ("historyCount", ApiSchemas.Integer("Where it is given, history must have as many messages.")), ("artifactCount", ApiSchemas.Integer("The same of artifacts."))));
        yield return ("TaskCompareAndSet", ApiSchemas.Shape(
            ("from", State()), ("to", State()), ("statusMessage", message), ("ifGenerationMatch", Condition()), ("leaseToken", ApiSchemas.Text(""))));
        yield return ("TaskCompared", ApiSchemas.Shape(("updated", ApiSchemas.Flag("Always true: else it is a 409, with state and current_generation.")), ("task", Ref("Task"))));
        yield return ("TaskList", Page(("tasks", ApiSchemas.List(Ref("Task"))), total: true, records: true));
        yield return ("TaskCounts", ApiSchemas.Shape(("counts", ApiSchemas.Any("A number for each state.")), ("total", ApiSchemas.Integer(""))));
        yield return ("Cleared", ApiSchemas.Shape(("running", ApiSchemas.Flag("Whether it goes on.")), ("deletedTasks", ApiSchemas.Integer("")), ("deletedContexts", ApiSchemas.Integer(""))));
        yield return ("MessageList", Page(("messages", ApiSchemas.List(message)), total: true, first: true));
        var artifacts = Page(("artifacts", ApiSchemas.List(Ref("Artifact"))), total: true, first: true);
        artifacts.Properties!["continues"] = ApiSchemas.Flag("True where the last artifact is too large for one page: the next page begins with more parts of it.");
        yield return ("ArtifactList", artifacts);
        yield return ("TaskOwner", ApiSchemas.Shape(("taskId", ApiSchemas.Text("")), ("owner", ApiSchemas.Text(""))));
        yield return ("FeedbackData", ApiSchemas.Any("Any JSON object."));
        yield return ("Feedback", ApiSchemas.Shape(
            ("number", ApiSchemas.Integer("From 1, in the order of arrival.")), ("subject", ApiSchemas.Text("Who said it.")), ("createdAt", ApiSchemas.Time()), ("data", Ref("FeedbackData"))));
        yield return ("FeedbackList", Page(("feedback", ApiSchemas.List(Ref("Feedback"))), total: true, first: true));
        yield return ("PushNotificationConfig", ApiSchemas.Shape(
            ("id", ApiSchemas.Text("Absent: made.")), ("taskId", ApiSchemas.Text("")), ("url", ApiSchemas.Text("")), ("token", ApiSchemas.Text("")), ("authentication", ApiSchemas.Any(""))));
        yield return ("PushNotificationConfigList", ApiSchemas.Shape(("configs", ApiSchemas.List(Ref("PushNotificationConfig"))), ("nextPageToken", NextPage())));
        yield return ("TaskClaim", ApiSchemas.Shape(
            ("worker", ApiSchemas.Text("How to call the worker, for people.")), ("leaseSeconds", ApiSchemas.Integer("1 to 3,600; 60 unless given.")),
            ("waitSeconds", ApiSchemas.Integer("0 to 60; 20 unless given."))));
        yield return ("TaskRenewal", ApiSchemas.Shape(("leaseToken", ApiSchemas.Text("")), ("leaseSeconds", ApiSchemas.Integer("1 to 3,600; 60 unless given."))));
        yield return ("TaskRelease", ApiSchemas.Shape(("leaseToken", ApiSchemas.Text(""))));
        yield return ("Context", ApiSchemas.Shape(
            ("id", ApiSchemas.Text("")), ("owner", ApiSchemas.Text("Who made it.")), ("data", ApiSchemas.Any("What callers keep with it.")), ("generation", Generation()),
            ("createdAt", ApiSchemas.Time()), ("updatedAt", ApiSchemas.Time()), ("messageCount", ApiSchemas.Integer("Of its own, not of its tasks.")),
            ("taskCount", ApiSchemas.Integer("Of reads.")), ("taskIds", ApiSchemas.List(ApiSchemas.Text("The newest, up to 100.")))));
        yield return ("ContextList", Page(("contexts", ApiSchemas.List(Ref("Context"))), records: true));
        yield return ("ContextUpdate", ApiSchemas.Shape(("data", ApiSchemas.Any("One JSON object, merged member by member.")), ("ifGenerationMatch", Condition())));
        yield return ("ContextMessages", ApiSchemas.Shape(("messages", ApiSchemas.List(message)), ("message", message), ("ifGenerationMatch", Condition())));
        yield return ("ContextCleared", ApiSchemas.Shape(("id", ApiSchemas.Text("")), ("deletedTasks", ApiSchemas.Integer(""))));
        yield return ("ContextOwner", ApiSchemas.Shape(("contextId", ApiSchemas.Text("")), ("owner", ApiSchemas.Text(""))));
        yield return ("Events", ApiSchemas.Text("Server-sent events."));
    }

    private static OpenApiSchema Page((string Name, IOpenApiSchema Schema) items, bool total = false, bool first = false, bool records = false)
    {
        var page = ApiSchemas.Shape(items, ("nextPageToken", NextPage()), ("pageSize", ApiSchemas.Integer("")));
        if (total)
        {
            page.Properties!["totalSize"] = ApiSchemas.Integer("On all pages; of tasks with count_total=true only.");
        }

        if (records)
        {
            page.Properties!["unreadable"] = ApiSchemas.List(ApiSchemas.Text("The id of one that is left out, as its record cannot be read."));
        }

        if (first)
        {
            page.Properties!["first"] = ApiSchemas.Integer("The number of the first item, from 0.");
        }

        return page;
    }

    private static OpenApiSchema State() => ApiSchemas.Text("TASK_STATE_SUBMITTED, WORKING, INPUT_REQUIRED, AUTH_REQUIRED, COMPLETED, FAILED, CANCELED or REJECTED; or as 0.3 has them: submitted, …");

    private static OpenApiSchema Generation() => ApiSchemas.Integer("One more with every change. Something new begins with the time in microseconds, above all that was deleted of its id.");

    private static OpenApiSchema Condition() => ApiSchemas.Integer("Only if this is the generation; else 409.");

    private static OpenApiSchema Metadata() => ApiSchemas.Any("One JSON object, merged into the task's, member by member.");

    private static OpenApiSchema NextPage() => ApiSchemas.Text("Empty on the last page.");
}
