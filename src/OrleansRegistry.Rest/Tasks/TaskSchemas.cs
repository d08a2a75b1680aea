using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>The shapes of bodies about tasks. Members that requests take go by their snake_case names too.</summary>
internal static class TaskSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        var message = Ref("Message");
        yield return ("Message", Any("An A2A message, of version 1.0 or 0.3: role, parts, messageId, … It comes back as it was sent."));
        yield return ("Artifact", Any("An A2A artifact: artifactId, parts, …"));
        yield return ("TaskStatus", Shape(("state", State()), ("timestamp", Time()), ("message", message)));
        yield return ("Task", Shape(
            ("id", Text("")), ("contextId", Text("")), ("kind", Text("task, with state_format=0.3 only.")), ("status", Ref("TaskStatus")),
            ("history", List(message)), ("artifacts", List(Ref("Artifact"))), ("metadata", Any("")),
            ("agentId", Text("Who is to work on it.")), ("owner", Text("Who made it.")), ("generation", Generation()), ("createdAt", Time()),
            ("updatedAt", Time()), ("historyCount", Integer("How many messages there are in all.")),
            ("artifactCount", Integer("How many artifacts there are in all.")),
            ("historyTruncated", Flag("True where one answer has no room for all messages: the oldest are missing; /tasks/{id}/messages has all.")),
            ("artifactsTruncated", Flag("True where one answer has no room for all artifacts: those that are there are whole; /tasks/{id}/artifacts "
                + "has all.")),
            ("lease", Shape(
                ("worker", Text("")), ("token", Text("Shown to the holder, by claim and renew.")), ("expiresAt", Time()))),
            ("deadline", Time("When it fails unless it is over.")),
            ("attempts", Integer("Claims in a row, the present one included, that brought no change of it; "
                + "after as many as the registry allows it fails.")),
            ("traceparent", Text("By claim, renew and release: the W3C trace context of who submitted it, if there is one, to go on with.")),
            ("reply", Flag("Its status's message is all of the answer.")),
            ("acceptedOutputModes", List(Text("A media type that its submitter takes in answers."))),
            ("repeated", Flag("Of a submission: the message was there already, and nothing was changed."))));
        yield return ("TaskSubmission", Shape(
            ("message", message), ("taskId", Text("Absent: the message's, else made.")),
            ("contextId", Text("Absent: the message's, else the task's, else made.")),
            ("agentId", Text("Who is to work on a new task.")), ("metadata", Metadata()),
            ("deadline", Time("When the task fails unless it is over: up to 366 days ahead.")),
            ("acceptedOutputModes", List(Text("A media type to answer in. Absent: as the task has it, of a new one any."))),
            ("ifGenerationMatch", IfGeneration())));
        yield return ("TaskUpdate", Shape(
            ("state", State()), ("statusMessage", message), ("messages", List(message)),
            ("artifacts", List(OneOf(Ref("Artifact"), Shape(
                ("artifact", Ref("Artifact")),
                ("append", Flag("Its parts are added to the artifact of that id; its name, description and metadata are merged into it.")),
                ("lastChunk", Flag("")))))),
            ("metadata", Metadata()), ("ifState", State()), ("ifGenerationMatch", IfGeneration()),
            ("reply", Flag("With the state completed and a statusMessage, without artifacts: that message is all of the answer.")),
            ("leaseToken", Text("The worker's, who claimed the task."))));
        yield return ("TaskPut", Shape(
            ("id", Text("That of the path, where it is given.")), ("contextId", Text("Absent: the task's own, else made. It never changes.")),
            ("status", Ref("TaskStatus")), ("history", List(message)), ("artifacts", List(Ref("Artifact"))),
            ("metadata", Any("One JSON object, in the place of what there is.")), ("agentId", Text("Absent: the task's own. It never changes.")),
            ("deadline", Time()), ("ifGenerationMatch", IfGeneration()), ("leaseToken", Text("")),
            ("historyCount", Integer("Where it is given, history must have as many messages.")),
            ("artifactCount", Integer("The same of artifacts."))));
        yield return ("TaskCompareAndSet", Shape(
            ("from", State()), ("to", State()), ("statusMessage", message), ("ifGenerationMatch", IfGeneration()), ("leaseToken", Text(""))));
        yield return ("TaskCompared", Shape(("updated", Flag("Always true: else it is a 409, with state and current_generation.")),
            ("task", Ref("Task"))));
        yield return ("TaskList", Page(("tasks", List(Ref("Task"))), total: true, records: true));
        yield return ("TaskCounts", Shape(("counts", Any("A number for each state.")), ("total", Integer(""))));
        yield return ("Cleared", Shape(("running", Flag("Whether it goes on.")), ("deletedTasks", Integer("")), ("deletedContexts", Integer(""))));
        yield return ("MessageList", Page(("messages", List(message)), total: true, first: true));
        var artifacts = Page(("artifacts", List(Ref("Artifact"))), total: true, first: true);
        artifacts.Properties!["continues"] = Flag("True where the last artifact is too large for one page: "
            + "the next page begins with more parts of it.");
        yield return ("ArtifactList", artifacts);
        yield return ("TaskOwner", Shape(("taskId", Text("")), ("owner", Text(""))));
        yield return ("FeedbackData", Any("Any JSON object."));
        yield return ("Feedback", Shape(
            ("number", Integer("From 1, in the order of arrival.")), ("subject", Text("Who said it.")), ("createdAt", Time()),
            ("data", Ref("FeedbackData"))));
        yield return ("FeedbackList", Page(("feedback", List(Ref("Feedback"))), total: true, first: true));
        yield return ("PushNotificationConfig", Shape(
            ("id", Text("Absent: made.")), ("taskId", Text("")), ("url", Text("")), ("token", Text("Sent back in X-A2A-Notification-Token.")),
            ("authentication", Any("scheme and credentials; the credentials are not in answers.")),
            ("protocolVersion", Text("0.3: notifications are the task, as A2A 0.3 has them. Anything else: those of 1.0.")),
            ("delivered", Integer("The generation of the task up to which it has everything.")),
            ("failure", Shape(
                ("reason", Text("Why nothing more is sent, until it is saved again.")), ("at", Time()), ("attempts", Integer(""))))));
        yield return ("PushNotificationConfigList", Shape(("configs", List(Ref("PushNotificationConfig"))), ("nextPageToken", NextPage())));
        yield return ("TaskClaim", Shape(
            ("worker", Text("How to call the worker, for people.")), ("leaseSeconds", Integer("1 to 3,600; 60 unless given.")),
            ("waitSeconds", Integer("0 to 60; 20 unless given."))));
        yield return ("TaskRenewal", Shape(("leaseToken", Text("")), ("leaseSeconds", Integer("1 to 3,600; 60 unless given."))));
        yield return ("TaskRelease", Shape(("leaseToken", Text(""))));
    }

    private static OpenApiSchema State() => Text("TASK_STATE_SUBMITTED, WORKING, INPUT_REQUIRED, AUTH_REQUIRED, COMPLETED, FAILED, CANCELED or "
        + "REJECTED; or as 0.3 has them: submitted, …");

    private static OpenApiSchema Metadata() => Any("One JSON object, merged into the task's, member by member.");
}
