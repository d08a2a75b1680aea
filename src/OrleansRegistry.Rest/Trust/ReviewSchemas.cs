using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about reviews, and about what is reviewed.</summary>
internal static class ReviewSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("Review", Shape(
            ("agent_id", Text("")), ("id", Text("Names the card: who decides says it.")), ("state", Text("pending, approved or rejected.")),
            ("change", Text("new: there is no such agent yet; card: it has another card, which stays in force meanwhile.")),
            ("requested_by", Text("")), ("requested_at", Time()), ("decided_by", Text("")), ("decided_at", Time()),
            ("reason", Text("Why it was rejected.")), ("agent_card", Any("As it was sent. Not in lists and answers to registrations."))));
        yield return ("ReviewList", Page(("reviews", List(new OpenApiSchemaReference("Review", document))), records: true));
        yield return ("ReviewApproval", Shape(("review_id", Text("The id of the review that is meant."))));
        yield return ("ReviewRejection", Shape(
            ("review_id", Text("The id of the review that is meant.")), ("reason", Text("Why: 1 to 1,000 characters."))));
        (string, IOpenApiSchema)[] policy =
        [
            ("review", Text("What waits for a reviewer where no hook decides: none, new (agents) or all (other cards of agents too). Absent: none.")),
            ("hook_url", Text("Asked about each new agent and other card; it decides in place of review.")),
            ("on_failure", Text("Where the hook does not decide: deny, allow or review. Absent: deny.")),
            ("webhook_url", Text("Told of what becomes of reviews.")),
            ("secret", Text("What requests to both are signed with: whsec_ and 24 to 64 bytes in Base64. In an answer once, where it was made.")),
        ];
        yield return ("ReviewPolicy", Shape(policy));
    }
}
