using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The signatures of agents' cards over HTTP.</summary>
internal sealed class HttpSignatures(RegistryHttp http) : IAgentSignatures
{
    public async Task<AgentVerification> VerifyAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(id);
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Post, ApiPath.Of("agents", id, ":verify"), keyed: false), cancellationToken);
        return answer.Read(found => new AgentVerification(found.Required("agent_id"), found.Number("revision"), SignatureAnswers.Read(found)));
    }
}

/// <summary>Reads what was found of signatures as the REST API answers it.</summary>
internal static class SignatureAnswers
{
    /// <summary>The member <c>signature</c> of an agent; null where there is none.</summary>
    public static AgentSignature? Read(JsonElement agent) => agent.Find("signature") is not { } signature
        ? null
        : new AgentSignature(Verdict(signature), signature.Time("checked_at"), [.. signature.Entries("checks").Select(ReadCheck)])
        {
            AwaitsKeys = signature.Flag("awaits_keys"),
        };

    private static CardSignatureCheck ReadCheck(JsonElement check) => new(Verdict(check))
    {
        KeyId = check.Text("key_id"),
        Algorithm = check.Text("algorithm"),
        Issuer = check.Text("issuer"),
        Form = SignedForms.TryParse(check.Text("form")),
        Reason = check.Text("reason"),
    };

    // One that this version does not know is none to rely on.
    private static SignatureVerdict Verdict(JsonElement json) => SignatureVerdicts.TryParse(json.Text("verdict")) ?? SignatureVerdict.Unknown;
}
