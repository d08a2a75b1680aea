using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about issuers, and about what is asked of cards.</summary>
internal static class CardTrustSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("CardIssuerPut", Shape(
            ("url", Text("What it is called in verdicts, and below which a signature's jku must be: https, or http on loopback.")),
            ("keys_url", Text("Where its keys are (JWKS). Absent: at /.well-known/jwks.json below url.")),
            ("keys", Any("Its keys themselves, a JWKS, in place of keys_url."))));
        yield return ("CardIssuer", Shape(
            ("id", Text("Absent: the registry's settings name it.")), ("url", Text("")),
            ("keys_url", Text("Where its keys are read; absent: they were given.")), ("key_ids", List(Text(""))),
            ("awaits_keys", Flag("They could not be read when that was last tried, or were not yet."))));
        yield return ("CardIssuerList", Shape(("issuers", List(new OpenApiSchemaReference("CardIssuer", document)))));
        yield return ("CardPolicy", Shape(
            ("require_signature", Flag("New agents, and new cards of agents, must have a valid signature. Absent: false.")),
            ("require_domain", Flag("The owner must have proved the domains of their URLs. Absent: false.")),
            ("extensions", List(Text("An extension that new agents, and new cards, may declare. Absent: any that the registry lists."))),
            ("minimum_trust_level", Text("The least trust_level that they must have. Absent: as the registry's settings say.")),
            ("owner_trust_levels", Any("By subjects: the trust_level of all agents that they own.")),
            ("extension_trust_levels", Any("By URIs: the trust_level of extensions."))));
    }
}
