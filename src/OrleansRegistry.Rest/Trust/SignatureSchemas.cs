using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about signatures of cards.</summary>
internal static class SignatureSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        var check = Shape(
            ("verdict", Verdict("Of this signature.")), ("key_id", Text("The key that it names.")), ("algorithm", Text("Such as ES256.")),
            ("issuer", Text("Whose key it is.")), ("form", Form()), ("reason", Text("Why it is not valid.")));
        yield return ("CardSignature", Shape(
            ("verdict", Verdict("valid: one of the signatures was made for this card, with a key of an issuer that the registry trusts; invalid: "
                + "else, one does not fit the card, or is not well formed; unknown: else.")),
            ("checked_at", Time("When this was found first.")),
            ("awaits_keys", Flag("Keys of an issuer could not be read: it is checked again when they can.")),
            ("issuer", Text("Of the first valid one.")), ("checks", List(check))));
        yield return ("AgentVerification", Shape(
            ("agent_id", Text("")), ("revision", Integer("")), ("signature", new OpenApiSchemaReference("CardSignature", document))));
    }

    private static OpenApiSchema Verdict(string description)
    {
        var schema = Text(description);
        schema.Enum = [.. Enum.GetValues<SignatureVerdict>().Select(verdict => (JsonNode)verdict.ToName())];
        return schema;
    }

    private static OpenApiSchema Form()
    {
        var schema = Text("Which bytes of the card were signed, of a valid one.");
        schema.Enum = [.. Enum.GetValues<SignedForm>().Select(form => (JsonNode)form.ToName())];
        return schema;
    }
}
