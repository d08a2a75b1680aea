using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Signatures of cards over HTTP. What is found is the registry's own, and tested there; this one trusts nobody.</summary>
public sealed class SignatureTests(RestHost host)
{
    // {"alg":"ES256","kid":"k"}
    private const string Signature = """{"protected":"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ","signature":"AAAA"}""";

    private readonly string id = $"a-{Guid.NewGuid():N}";

    private string Path => $"/agents/{id}";

    [Fact]
    public async Task What_was_found_is_in_the_record_and_in_the_answer_of_a_check()
    {
        await SendAsync("PUT", Path, $$"""{"name":"a","signatures":[{{Signature}},1]}""", HttpStatusCode.Created);
        var record = await SendAsync("GET", Path);
        var signature = record.GetProperty("signature");
        Assert.Equal(("invalid", false), (signature.Text("verdict"), signature.TryGetProperty("issuer", out _)));
        Assert.True(signature.GetProperty("checked_at").GetDateTimeOffset() <= record.GetProperty("created_at").GetDateTimeOffset());
        var checks = signature.GetProperty("checks");
        Assert.Equal(
            """{"verdict":"unknown","key_id":"k","algorithm":"ES256","reason":"this registry trusts no issuer"}""", checks[0].GetRawText());
        Assert.Equal("""{"verdict":"invalid","reason":"it is not an object"}""", checks[1].GetRawText());

        var found = await SendAsync("POST", $"{Path}:verify");
        Assert.Equal((id, record.Number("revision")), (found.Text("agent_id"), found.Number("revision")));
        Assert.Equal(signature.GetRawText(), found.GetProperty("signature").GetRawText());
        Assert.Contains(id, (await SendAsync("GET", "/agents?signature=invalid&view=record")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await SendAsync("GET", "/agents?signature=unknown&view=record")).GetRawText(), StringComparison.Ordinal);

        await SendAsync("PUT", Path, """{"name":"a"}""");
        Assert.False((await SendAsync("GET", Path)).TryGetProperty("signature", out _));
        Assert.False((await SendAsync("POST", $"{Path}:verify")).TryGetProperty("signature", out _));
    }

    [Fact]
    public async Task Who_is_not_there_is_not_found_and_a_value_that_there_is_not_is_refused()
    {
        await (await host.Client.SendAsync("POST", $"{Path}:verify")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("GET", "/agents?signature=good")).ProblemAsync(400, "signature");
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(status);
}
