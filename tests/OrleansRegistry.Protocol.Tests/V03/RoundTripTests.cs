using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

/// <summary>What goes to the other version and back is what it was.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Names = ["a", "b", "kind", "text", "é", "x_y"];

    [Fact]
    public void A_task_of_0_3_comes_back_from_1_0() => Holds(TaskShape.ToV10, TaskShape.ToV03, Legacy.Task());

    [Fact]
    public void A_task_of_1_0_comes_back_from_0_3() => Holds(TaskShape.ToV03, TaskShape.ToV10, Current.Task());

    [Fact]
    public void A_send_of_0_3_comes_back_from_1_0() => Holds(RequestShape.SendToV10, RequestShape.SendToV03, Legacy.Send());

    [Fact]
    public void An_event_of_1_0_comes_back_from_0_3() => Holds(EventShape.ToV03, EventShape.ToV10, Current.Event());

    [Fact]
    public void A_translation_of_what_is_1_0_already_changes_nothing() => Check.One(
        Settings,
        Prop.ForAll(Current.Task().ToArbitrary(), task => Shapes.Same(task.Json, ((Translation)TaskShape.ToV10).Write(task.Json))));

    /// <summary>Any JSON at all: a translation never fails, and writes one valid document.</summary>
    [Fact]
    public void Whatever_is_sent_is_translated_without_a_fault()
    {
        Translation[] all =
        [
            MessageShape.ToV10, MessageShape.ToV03, MessageShape.ArtifactToV10, MessageShape.ArtifactToV03, PartShape.ToV10, PartShape.ToV03,
            TaskShape.ToV10, TaskShape.ToV03, TaskShape.StatusToV10, TaskShape.StatusToV03, EventShape.ToV10, EventShape.ToV03,
            RequestShape.SendToV10, RequestShape.SendToV03, RequestShape.TaskToV10, RequestShape.PushConfigToV10,
            PushConfigShape.ToV10, PushConfigShape.ToV03, PushConfigShape.InnerToV10, PushConfigShape.InnerToV03,
            CardShape.ToV10, CardShape.ToV03, SecurityShape.SchemesToV10, SecurityShape.SchemesToV03,
            SecurityShape.RequirementToV10, SecurityShape.RequirementToV03,
        ];
        Check.One(Settings, Prop.ForAll(Wild(4).ToArbitrary(), document =>
        {
            foreach (var translation in all)
            {
                JsonDocument.Parse(translation.Write(document.Json), JsonInput.Stored).Dispose();
            }

            return true;
        }));
    }

    private static Config Settings => Config.QuickThrowOnFailure.WithMaxTest(400);

    private static void Holds(Translation there, Translation back, Gen<Document> documents) => Check.One(
        Settings, Prop.ForAll(documents.ToArbitrary(), document => Shapes.Same(document.Json, back.Write(there.Write(document.Json)))));

    /// <summary>Objects whose members have the names that translations look for, with values of any kind.</summary>
    private static Gen<Document> Wild(int depth)
    {
        string[] names =
        [
            "kind", "text", "file", "bytes", "uri", "data", "raw", "url", "metadata", "data_part_compat", "value", "role", "parts", "status", "state",
            "timestamp", "message", "task", "statusUpdate", "artifactUpdate", "artifact", "history", "artifacts", "id", "taskId", "task_id",
            "configuration", "blocking", "pushNotificationConfig", "authentication", "schemes", "scheme", "supportedInterfaces", "protocolVersion",
            "protocolBinding", "capabilities", "extendedAgentCard", "security", "securityRequirements", "securitySchemes", "type", "flows", "skills",
            "additionalInterfaces", "supportsAuthenticatedExtendedCard", "oauth2SecurityScheme", "list",
        ];
        return Any(depth).Select(json => new Document(json));

        Gen<string> Any(int levels)
        {
            var plain = Gen.Elements(
                "null", "true", "false", "0", "1e5", "\"\"", "\"task\"", "\"file\"", "\"data\"", "\"text\"", "\"0.3\"", "\"oauth2\"", "\"working\"",
                "[]", "{}");
            if (levels == 0)
            {
                return plain;
            }

            var members = Gen.Elements(names).SelectMany(name => Any(levels - 1).Select(value => (Name: name, Text: $"\"{name}\":{value}"))).ListOf()
                .Select(list => "{" + string.Join(',', list.DistinctBy(member => member.Name).Select(member => member.Text)) + "}");
            return Gen.Frequency(
                (2, plain),
                (5, members),
                (1, Any(levels - 1).ListOf().Select(items => "[" + string.Join(',', items) + "]")));
        }
    }

    private sealed record Document(string Json)
    {
        public override string ToString() => Json;
    }

    private static Gen<JsonObject> Metadata() =>
        from names in Gen.SubListOf(Names)
        from number in Gen.Choose(-5, 5)
        select new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, name == "b" ? null : number)));

    private static Gen<string> Text() => Gen.Elements("", "hi", "é<>&\"\\", "😀", "\u0001");

    private static Gen<T[]> Some<T>(Gen<T> items, int least = 0) =>
        Gen.Choose(least, least + 2).SelectMany(count => items.ArrayOf(count));

    private static JsonArray Nodes(IEnumerable<JsonNode> nodes) => [.. nodes.Select(node => node.DeepClone())];

    /// <summary>An object with those members that are chosen.</summary>
    private static Gen<JsonObject> With(Gen<JsonObject> source, params (string Name, Gen<JsonNode> Value)[] optional) => optional.Aggregate(
        source,
        (made, member) =>
            from node in made
            from value in member.Value
            from there in Gen.Elements(true, false)
            select there ? Add(node, member.Name, value) : node);

    private static JsonObject Add(JsonObject source, string name, JsonNode value)
    {
        var copy = source.DeepClone().AsObject();
        copy[name] = value.DeepClone();
        return copy;
    }

    private static Gen<JsonNode> Node(Gen<JsonObject> source) => source.Select(node => (JsonNode)node);

    private static Gen<JsonNode> TextNode() => Text().Select(text => (JsonNode)text);

    private static Gen<JsonNode> Id() => Gen.Elements("1", "é").Select(id => (JsonNode)id);

    private static Gen<JsonNode> List(Gen<JsonObject> items, int least = 0) => Some(items, least).Select(list => (JsonNode)Nodes(list));

    private static class Legacy
    {
        public static Gen<Document> Task() => With(
            Status().Select(status => new JsonObject { ["kind"] = "task", ["id"] = "t", ["contextId"] = "c", ["status"] = status.DeepClone() }),
            ("history", List(Message())),
            ("artifacts", List(Artifact())),
            ("metadata", Node(Metadata())),
            ("owner", TextNode())).Select(task => new Document(task.ToJsonString()));

        public static Gen<Document> Send() => With(
            Message().Select(message => new JsonObject { ["message"] = message.DeepClone() }),
            ("metadata", Node(Metadata())),
            ("configuration", Node(With(
                Gen.Constant(new JsonObject()),
                ("blocking", Gen.Elements(true, false).Select(value => (JsonNode)value)),
                ("historyLength", Gen.Choose(0, 3).Select(value => (JsonNode)value)),
                ("pushNotificationConfig", Node(Config())))))).Select(send => new Document(send.ToJsonString()));

        private static Gen<JsonObject> Config() => With(
            Gen.Constant(new JsonObject { ["url"] = "https://a" }),
            ("token", TextNode()),
            ("authentication", Some(Gen.Elements("Basic", "Digest", "Bearer")).Select(schemes =>
                (JsonNode)new JsonObject { ["schemes"] = Nodes(schemes.Select(scheme => (JsonNode)scheme)), ["credentials"] = "s" })));

        private static Gen<JsonObject> Status() => With(
            Gen.Elements("submitted", "input-required", "unknown", "odd").Select(state => new JsonObject { ["state"] = state }),
            ("timestamp", Gen.Choose(0, 1000).Select(ms => (JsonNode)DateTimeOffset.UnixEpoch.AddMilliseconds(ms)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
            ("message", Node(Message())));

        private static Gen<JsonObject> Artifact() => With(
            Some(Part(), 1).Select(parts => new JsonObject { ["artifactId"] = "a", ["parts"] = Nodes(parts) }),
            ("name", TextNode()),
            ("metadata", Node(Metadata())));

        private static Gen<JsonObject> Message() => With(
            from parts in Some(Part(), 1)
            from role in Gen.Elements("user", "agent")
            select new JsonObject { ["kind"] = "message", ["messageId"] = "m", ["role"] = role, ["parts"] = Nodes(parts) },
            ("contextId", Id()),
            ("metadata", Node(Metadata())),
            ("x", Node(Metadata())));

        private static Gen<JsonObject> Part() => With(
            Gen.OneOf(
                Text().Select(text => new JsonObject { ["kind"] = "text", ["text"] = text }),
                Metadata().Select(data => new JsonObject { ["kind"] = "data", ["data"] = data.DeepClone() }),
                from content in Gen.Elements("bytes", "uri")
                from file in With(
                    Gen.Constant(new JsonObject { [content] = "aGk=" }), ("name", TextNode()), ("mimeType", TextNode()), ("size", TextNode()))
                select new JsonObject { ["kind"] = "file", ["file"] = file.DeepClone() }),
            ("metadata", Node(Metadata())),
            ("y", TextNode()));
    }

    private static class Current
    {
        public static Gen<Document> Task() => TaskNode().Select(task => new Document(task.ToJsonString()));

        public static Gen<Document> Event() => Gen.OneOf(
            TaskNode().Select(task => new JsonObject { ["task"] = task.DeepClone() }),
            Message().Select(message => new JsonObject { ["message"] = message.DeepClone() }),
            Status().Select(status => new JsonObject { ["statusUpdate"] = Update("status", status) }),
            Artifact().Select(artifact => new JsonObject { ["artifactUpdate"] = Update("artifact", artifact) }))
            .Select(response => new Document(response.ToJsonString()));

        private static JsonObject Update(string name, JsonObject content) =>
            new() { ["taskId"] = "t", ["contextId"] = "c", [name] = content.DeepClone(), ["metadata"] = new JsonObject { ["final"] = 1 } };

        private static Gen<JsonObject> TaskNode() => With(
            Status().Select(status => new JsonObject { ["id"] = "t", ["contextId"] = "c", ["status"] = status.DeepClone() }),
            ("history", List(Message())),
            ("artifacts", List(Artifact())),
            ("metadata", Node(Metadata())));

        private static Gen<JsonObject> Status() => With(
            Gen.Elements("TASK_STATE_WORKING", "TASK_STATE_AUTH_REQUIRED", "TASK_STATE_UNSPECIFIED")
                .Select(state => new JsonObject { ["state"] = state }),
            ("message", Node(Message())));

        private static Gen<JsonObject> Artifact() => With(
            Some(Part(), 1).Select(parts => new JsonObject { ["artifactId"] = "a", ["parts"] = Nodes(parts) }),
            ("description", TextNode()));

        private static Gen<JsonObject> Message() => With(
            from parts in Some(Part(), 1)
            from role in Gen.Elements("ROLE_USER", "ROLE_AGENT")
            select new JsonObject { ["messageId"] = "m", ["role"] = role, ["parts"] = Nodes(parts) },
            ("taskId", Id()),
            ("metadata", Node(Metadata())));

        private static Gen<JsonObject> Part()
        {
            string[] values = ["null", "true", "1.5", "\"\"", "\"x\"", "[]", "[null,{}]", "{}", """{"value":1}"""];
            return With(
                Gen.OneOf(
                    Text().Select(text => new JsonObject { ["text"] = text }),
                    Gen.Elements("raw", "url").Select(name => new JsonObject { [name] = "aGk=" }),
                    Gen.Elements(values).Select(value => new JsonObject { ["data"] = JsonNode.Parse(value) })),
                ("filename", TextNode()),
                ("mediaType", TextNode()),
                ("metadata", Gen.Choose(0, 5).Select(number => (JsonNode)new JsonObject { ["n"] = number })));
        }
    }
}
