using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Subscriptions;

/// <summary>The shapes of bodies about subscriptions.</summary>
internal static class SubscriptionSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        var query = Any("The filters of POST /agents/search, and its query; empty for all agents.");
        yield return ("SubscriptionSave", Shape(
            ("url", Text("An http or https URL of up to 2,048 characters, without user and password.")), ("query", query),
            ("secret", Text("whsec_ and 24 to 64 bytes in Base64. Absent: that which it has, or one made for a new subscription. After a change, "
                + "requests are signed with the one before too, for a day.")),
            ("batch", Flag("Whether events that wait are sent together, up to 100 or 1 MiB.")),
            ("snapshot", Flag("Whether to begin with all agents of the query as they are."))));
        yield return ("Subscription", Shape(
            ("id", Text("")), ("owner", Text("Who made it, and alone sees it.")), ("url", Text("")),
            ("secret", Text("Once, where it was made by this request.")), ("query", query), ("batch", Flag("")),
            ("createdAt", Time()), ("updatedAt", Time()),
            ("delivered", Integer("The registry revision up to which everything was delivered, a second ago at most. Absent before the first picture "
                + "of all agents was.")),
            ("failure", Shape(("reason", Text("")), ("at", Time()), ("attempts", Integer(""))))));
        yield return ("SubscriptionList", Page(("subscriptions", List(Ref("Subscription"))), records: true));
    }
}
