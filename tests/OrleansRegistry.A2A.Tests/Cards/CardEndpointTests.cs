using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Tests.Cards;

/// <summary>Cards of fronted agents over HTTP (A2A 1.0, 8.2, 8.4, 8.6).</summary>
public sealed class CardEndpointTests(A2AHost host)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_card_leads_to_where_it_was_asked_for()
    {
        var agent = await host.RegisterAsync();
        var url = $"{host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/')}/a2a/{agent.Id}";
        var response = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/agent-card.json");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        var card = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
        Assert.Equal(
            [(url, "JSONRPC", "1.0"), (url, "HTTP+JSON", "1.0"), (url, "JSONRPC", "0.3")],
            card.GetProperty("supportedInterfaces").EnumerateArray().Select(one => (
                one.GetProperty("url").GetString()!,
                one.GetProperty("protocolBinding").GetString()!,
                one.GetProperty("protocolVersion").GetString()!)));
        var tenants = await GetAsync(host, $"/default/a2a/{agent.Id}/.well-known/agent-card.json");
        Assert.Contains($"/default/a2a/{agent.Id}\"", await tenants.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_it_is_told_so_until_it_changes()
    {
        var agent = await host.RegisterAsync();
        var path = $"/a2a/{agent.Id}/.well-known/agent-card.json";
        var first = await GetAsync(host, path);
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.Contains("max-age=300", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(first.Content.Headers.LastModified);
        Assert.Contains("Host", first.Headers.Vary);
        Assert.EndsWith(
            $"/agents/{agent.Id}/card>; rel=\"via\"; type=\"application/json\"",
            Assert.Single(first.Headers.GetValues("Link")),
            StringComparison.Ordinal);

        var same = await GetAsync(host, path, tag.ToString());
        Assert.Equal((HttpStatusCode.NotModified, tag), (same.StatusCode, same.Headers.ETag));
        await host.Agents.PatchAsync(Caller.Default, agent.Id, new AgentPatch(TestAgent.Utf8("""{"description":"another"}""")), Cancelled);
        var changed = await GetAsync(host, path, tag.ToString());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);
    }

    [Fact]
    public async Task An_id_that_a_path_cannot_hold_is_escaped()
    {
        var id = $"a b/ü-{Guid.NewGuid():N}";
        await host.Agents.RegisterAsync(Caller.Default, new AgentRegistration(TestAgent.Utf8("""{"name":"x"}"""), id), Cancelled);
        var escaped = Uri.EscapeDataString(id);
        var response = await GetAsync(host, $"/a2a/{escaped}/.well-known/agent-card.json");
        Assert.Contains($"/a2a/{escaped}\"", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_an_agent_that_is_only_listed_there_is_no_more_than_for_none()
    {
        var agent = await host.RegisterAsync(delivery: AgentDelivery.Listed);
        var listed = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/agent-card.json");
        var missing = await GetAsync(host, "/a2a/nobody/.well-known/agent-card.json");
        var others = await GetAsync(host, $"/other/a2a/{agent.Id}/.well-known/agent-card.json");
        Assert.All([listed, missing, others], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.Equal(await BodyAsync(missing), await BodyAsync(listed));
        Assert.Equal(await BodyAsync(missing), await BodyAsync(others));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(host, "/.well-known/jwks.json")).StatusCode);
    }

    /// <summary>Who sends no A2A-Version may be of either version (3.6.2), or of one that is not spoken here, and learns so by the card.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("1.0")]
    [InlineData("7.0")]
    public async Task A_client_of_1_0_and_one_of_0_3_find_their_way_by_the_same_card(string? version)
    {
        var agent = await host.RegisterAsync("""{"streaming":true}""");
        var url = $"{host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/')}/a2a/{agent.Id}";
        var response = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/agent-card.json", version: version);
        var card = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
        Assert.Equal(3, card.GetProperty("supportedInterfaces").GetArrayLength());
        Assert.Equal((url, "JSONRPC", "0.3.0"), LegacyAddress(card));
        Assert.Contains("A2A-Version", response.Headers.Vary);
    }

    [Theory]
    [InlineData("agent-card.json", "0.3")]
    [InlineData("agent-card.json?A2A-Version=0.3.0", null)]
    [InlineData("agent.json", null)]
    [InlineData("agent.json", "1.0")]
    public async Task Who_speaks_0_3_gets_a_card_of_0_3(string file, string? version)
    {
        var agent = await host.RegisterAsync("""{"streaming":true}""");
        var url = $"{host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/')}/a2a/{agent.Id}";
        var latest = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/agent-card.json");
        var response = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/{file}", version: version);
        var card = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
        Assert.Equal(
            ["capabilities", "defaultInputModes", "defaultOutputModes", "description", "name", "preferredTransport", "protocolVersion", "skills",
                "supportsAuthenticatedExtendedCard", "url", "version"],
            card.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal((url, "JSONRPC", "0.3.0"), LegacyAddress(card));
        Assert.NotEqual(latest.Headers.ETag, response.Headers.ETag);
        var again = await GetAsync(host, $"/a2a/{agent.Id}/.well-known/{file}", response.Headers.ETag!.ToString(), version);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        var tenants = await GetAsync(host, $"/default/a2a/{agent.Id}/.well-known/{file}", version: version);
        var ofTenant = JsonDocument.Parse(await tenants.Content.ReadAsStringAsync(Cancelled)).RootElement;
        Assert.Equal(url.Replace("/a2a/", "/default/a2a/", StringComparison.Ordinal), LegacyAddress(ofTenant).Url);
    }

    [Fact]
    public async Task With_a_key_the_card_is_signed_and_the_key_is_published()
    {
        var (file, other) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            await File.WriteAllTextAsync(file, CardSignerTests.Pem(ECCurve.NamedCurves.nistP256), Cancelled);
            using var last = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await File.WriteAllTextAsync(other, last.ExportSubjectPublicKeyInfoPem(), Cancelled);
            await using var signing = await A2AHost.StartAsync(
                options =>
                {
                    options.CardKeyFile = file;
                    options.OtherCardKeyFiles = [other, file];
                    options.GrpcAddress = "grpc.example:443";
                },
                http => http.PublicUrl = "https://registry.example/base/");
            var agent = await signing.RegisterAsync(more: """,  "x":1,"provider":{"organization":"Acme","y":null},"iconUrl":"https://i.example" """);
            var path = $"/a2a/{agent.Id}/.well-known/agent-card.json";
            var response = await GetAsync(signing, path);
            var card = await response.Content.ReadAsStringAsync(Cancelled);
            Assert.Contains($"\"https://registry.example/base/a2a/{agent.Id}\"", card, StringComparison.Ordinal);
            Assert.Contains(
                $$"""{"url":"grpc.example:443","protocolBinding":"GRPC","tenant":"{{agent.Id}}","protocolVersion":"1.0"}""",
                card,
                StringComparison.Ordinal);
            var keys = await (await GetAsync(signing, "/.well-known/jwks.json")).Content.ReadAsByteArrayAsync(Cancelled);
            Assert.True(CardSignerTests.IsRight(card, keys));
            var published = JsonDocument.Parse(keys).RootElement.GetProperty("keys");
            Assert.Equal(2, published.GetArrayLength());
            Assert.Equal(Base64Url.EncodeToString(last.ExportParameters(false).Q.X), published[1].GetProperty("x").GetString());
            Assert.All(published.EnumerateArray(), key => Assert.False(key.TryGetProperty("d", out _)));
            Assert.False(CardSignerTests.IsRight(card.Replace("Acme", "Other", StringComparison.Ordinal), keys));
            Assert.False(JsonDocument.Parse(card).RootElement.TryGetProperty("url", out _));
            var old = await (await GetAsync(signing, path, version: "0.3")).Content.ReadAsStringAsync(Cancelled);
            Assert.Contains($"\"url\":\"https://registry.example/base/a2a/{agent.Id}\"", old, StringComparison.Ordinal);
            Assert.DoesNotContain("signatures", old, StringComparison.Ordinal);

            var tag = response.Headers.ETag!;
            Assert.True(tag.IsWeak);
            Assert.StartsWith("public", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotModified, (await GetAsync(signing, path, tag.ToString())).StatusCode);
            Assert.Equal(card, await (await GetAsync(signing, path)).Content.ReadAsStringAsync(Cancelled));

            // Nor is it signed again for what is known of the agent since: each signature is another.
            var policy = new CardPolicy { OwnerTrustLevels = new Dictionary<string, string> { [Caller.DefaultSubject] = TrustLevels.Official } };
            await signing.Trust.PutPolicyAsync(Caller.Default, policy, Cancelled);
            Assert.Equal(TrustLevels.Official, (await signing.Agents.GetAsync(Caller.Default, agent.Id, cancellationToken: Cancelled))!.TrustLevel);
            Assert.Equal(card, await (await GetAsync(signing, path)).Content.ReadAsStringAsync(Cancelled));
        }
        finally
        {
            File.Delete(file);
            File.Delete(other);
        }
    }

    [Theory]
    [InlineData("0.0.0.0:8081", "https://registry.example/base", "registry.example:8081")]
    [InlineData("[::]:8081", "http://[2001:db8::1]:8080", "[2001:db8::1]:8081")]
    [InlineData("127.0.0.1:8081", null, "127.0.0.1:8081")]
    [InlineData("[::1]:8081", "http://localhost:8080", "localhost:8081")]
    [InlineData("127.0.0.1:8081", "https://registry.example", null)]
    public async Task A_port_of_gRPC_is_named_at_the_host_of_the_registry_where_it_is_reached(string port, string? url, string? named)
    {
        await using var ported = await A2AHost.StartAsync(options => options.GrpcClearText = IPEndPoint.Parse(port), http => http.PublicUrl = url);
        var agent = await ported.RegisterAsync();
        var response = await GetAsync(ported, $"/a2a/{agent.Id}/.well-known/agent-card.json");
        var card = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
        var grpc = card.GetProperty("supportedInterfaces").EnumerateArray()
            .Where(one => one.GetProperty("protocolBinding").GetString() == "GRPC")
            .Select(one => (one.GetProperty("url").GetString(), one.GetProperty("tenant").GetString()));
        Assert.Equal(named is null ? [] : [(named, agent.Id)], grpc);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    public async Task A_key_that_cannot_sign_stops_the_start(string content)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content, Cancelled);
            var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => A2AHost.StartAsync(options => options.CardKeyFile = file));
            Assert.Contains("A2A_CARD_KEY_FILE", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("grpc.example")]
    [InlineData("https://grpc.example:443")]
    [InlineData("grpc.example:0")]
    [InlineData("grpc.example:443/path")]
    public async Task An_address_of_gRPC_that_is_none_stops_the_start(string address)
    {
        var start = () => A2AHost.StartAsync(options => options.GrpcAddress = address);
        Assert.Contains("A2A_GRPC_ADDRESS", (await Assert.ThrowsAsync<OptionsValidationException>(start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_beside_none_and_such_that_are_none_stop_the_start()
    {
        var alone = () => A2AHost.StartAsync(options => options.OtherCardKeyFiles = ["/no/such/key.pem"]);
        Assert.Contains("no A2A_CARD_KEY_FILE", (await Assert.ThrowsAsync<OptionsValidationException>(alone)).Message, StringComparison.Ordinal);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, CardSignerTests.Pem(ECCurve.NamedCurves.nistP256), Cancelled);
            var spoilt = () => A2AHost.StartAsync(options => (options.CardKeyFile, options.OtherCardKeyFiles) = (file, ["/no/such/key.pem"]));
            var fault = await Assert.ThrowsAsync<OptionsValidationException>(spoilt);
            Assert.Contains("A2A_CARD_OTHER_KEY_FILES): the file cannot be read", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_key_file_that_is_not_there_stops_the_start()
    {
        var start = () => A2AHost.StartAsync(options => options.CardKeyFile = "/no/such/key.pem");
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(start);
        Assert.Contains("A2A_CARD_KEY_FILE): the file cannot be read", fault.Message, StringComparison.Ordinal);
    }

    private static (string? Url, string? Transport, string? Version) LegacyAddress(JsonElement card) =>
        (card.GetProperty("url").GetString(), card.GetProperty("preferredTransport").GetString(), card.GetProperty("protocolVersion").GetString());

    /// <summary>What is told before the time of the error, which comes last.</summary>
    private static async Task<string> BodyAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        return text[..text.IndexOf("\"timestamp\"", StringComparison.Ordinal)];
    }

    private static async Task<HttpResponseMessage> GetAsync(A2AHost host, string path, string? known = null, string? version = null)
    {
        var uri = new Uri(
            host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/') + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (known is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        }

        if (version is not null)
        {
            request.Headers.Add("A2A-Version", version);
        }

        return await host.Client.SendAsync(request, Cancelled);
    }
}
