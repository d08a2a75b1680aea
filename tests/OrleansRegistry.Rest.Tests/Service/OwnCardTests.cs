using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Http;

namespace OrleansRegistry.Rest.Tests;

/// <summary>The registry's own card where it has a key. Signatures are A2A's, and tested there.</summary>
public sealed class OwnCardTests
{
    private const string Path = "/.well-known/agent-card.json";

    [Fact]
    public async Task It_is_signed_as_a_card_of_1_0_alone_and_old_readers_get_theirs()
    {
        var signer = new CountingSigner();
        await using var host = await RestHost.StartAsync(build: builder => builder.Services.AddSingleton<IOwnCardSigner>(signer));
        var response = await host.Client.SendAsync("GET", Path);
        var card = await response.JsonAsync();
        Assert.Equal(host.Address.AbsoluteUri + ".well-known/jwks.json", card.GetProperty("signatures")[0].GetString());
        Assert.DoesNotContain(card.EnumerateObject(), member => member.Name is "url" or "protocolVersion" or "preferredTransport");
        Assert.Equal(host.Address.AbsoluteUri + "jsonrpc", card.GetProperty("supportedInterfaces")[0].Text("url"));
        var tag = response.Headers.ETag!;
        Assert.True(tag.IsWeak);
        Assert.Contains("A2A-Version", response.Headers.Vary);
        Assert.Equal(304, (int)(await host.Client.SendAsync("GET", Path, null, ("If-None-Match", tag.ToString()))).StatusCode);
        Assert.Equal(1, signer.Signed);

        var old = await host.Client.SendAsync("GET", Path, null, ("A2A-Version", "0.3"));
        Assert.NotEqual(tag, old.Headers.ETag);
        var body = await old.JsonAsync();
        Assert.Equal(("0.3.0", false), (body.Text("protocolVersion"), body.TryGetProperty("signatures", out _)));
        Assert.Equal("0.3.0", (await (await host.Client.SendAsync("GET", "/.well-known/agent.json")).JsonAsync()).Text("protocolVersion"));

        // Of another name that it is reached by, it is another card.
        var elsewhere = await (await host.Client.SendAsync("GET", Path, null, ("Host", "localhost:5"))).JsonAsync();
        Assert.Equal("http://localhost:5/jsonrpc", elsewhere.GetProperty("supportedInterfaces")[0].Text("url"));
        Assert.Equal(2, signer.Signed);
    }

    [Fact]
    public async Task Anchors_of_the_audit_trail_are_signed_as_what_they_are()
    {
        await using var host = await RestHost.StartAsync(build: builder => builder.Services.AddSingleton<IOwnCardSigner>(new CountingSigner()));
        var anchor = await (await host.Client.SendAsync("GET", "/audit/anchor")).JsonAsync();
        var signed = $$"""{"hash":"{{anchor.Text("hash")}}","sequence":0,"tenant":"default","time":"{{anchor.Text("time")}}"}""";
        Assert.Equal($"audit-anchor+jws {host.Address.AbsoluteUri}.well-known/jwks.json {signed}", anchor.Text("signature"));
    }

    private sealed class CountingSigner : IOwnCardSigner
    {
        public int Signed { get; private set; }

        public string KeyId => "a-key-of-a-test";

        public string SignDetached(ReadOnlyMemory<byte> payload, string type, string keySetUrl) =>
            $"{type} {keySetUrl} {Encoding.UTF8.GetString(payload.Span)}";

        public ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> card, string keySetUrl)
        {
            Signed++;
            return Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(card.Span)[..^1]},\"signatures\":[{JsonSerializer.Serialize(keySetUrl)}]}}");
        }
    }
}
