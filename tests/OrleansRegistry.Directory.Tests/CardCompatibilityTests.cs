using System.Text;

namespace OrleansRegistry.Directory.Tests;

public sealed class CardCompatibilityTests
{
    [Theory]
    [InlineData("""{"name":"a"}""", """{"name":"b","skills":[{"id":"x"}],"capabilities":{"streaming":true}}""", "")]
    [InlineData("""{"skills":[{"id":"x"},{"id":"y"}]}""", """{"skills":[{"id":"y","name":"other"}]}""", "skill_removed x")]
    [InlineData("""{"url":"https://a"}""", """{"url":"https://b"}""", "")]
    [InlineData("""{"url":"https://a"}""", """{}""", "interface_removed JSONRPC")]
    [InlineData(
        """
        {"supportedInterfaces":[{"url":"https://a","protocolBinding":"JSONRPC","protocolVersion":"1.0"},
         {"url":"a:1","protocolBinding":"grpc","protocolVersion":"1.0"}]}
        """,
        """{"supported_interfaces":[{"url":"https://b","protocol_binding":"jsonrpc","protocol_version":"1.0.2"}]}""",
        "interface_removed GRPC 1.0")]
    [InlineData("""{"url":"u","protocolVersion":"0.3.0"}""", """{"url":"u","protocolVersion":"1.0"}""", "interface_removed JSONRPC 0.3")]
    [InlineData(
        """{"defaultInputModes":["text/plain","image/png"]}""",
        """{"skills":[{"id":"x","inputModes":["TEXT/plain"]}]}""",
        "input_mode_removed image/png")]
    [InlineData("""{"skills":[{"id":"x","outputModes":["a/b"]}]}""", """{"skills":[{"id":"x"}]}""", "output_mode_removed a/b")]
    [InlineData(
        """{"capabilities":{"streaming":true,"pushNotifications":true,"x":false}}""",
        """{"capabilities":{"push_notifications":true,"streaming":false}}""",
        "capability_removed streaming")]
    [InlineData(
        """{"capabilities":{"extensions":[{"uri":"urn:1","required":true},{"uri":"urn:2"}]}}""",
        """{"capabilities":{"extensions":[{"uri":"urn:1","required":true},{"uri":"urn:2","required":true},{"uri":"urn:3"}]}}""",
        "extension_required urn:2")]
    [InlineData("""{"securitySchemes":{"k":{"type":"apiKey"}}}""", """{}""", "security_scheme_removed k")]
    [InlineData("""{"securitySchemes":{"k":{"type":"apiKey"}}}""", """{"securitySchemes":{"k":{"apiKeySecurityScheme":{}}}}""", "")]
    [InlineData(
        """{"securitySchemes":{"k":{"type":"apiKey"}}}""",
        """{"security_schemes":{"k":{"oauth2SecurityScheme":{}}}}""",
        "security_scheme_changed k")]
    [InlineData("""{}""", """{"security":[{"k":[]}]}""", "security_required none")]
    [InlineData("""{}""", """{"security":[{"k":[]},{}]}""", "")]
    [InlineData("""{"security":[{"k":[]},{"l":[]}]}""", """{"securityRequirements":[{"schemes":{"l":{}}}]}""", "security_required k")]
    [InlineData("""{"security":[{"k":[]}]}""", """{"securityRequirements":[{"schemes":{"k":{},"l":{}}}]}""", "security_required k")]
    [InlineData("""{"security":[{"k":[],"l":[]}]}""", """{"security":[{"k":[]}]}""", "")]
    [InlineData("""{"skills":7,"capabilities":[],"securitySchemes":"x","security":{}}""", """{"skills":null,"security":[7]}""", "")]
    [InlineData("""[]""", """{}""", "")]
    public void What_clients_rely_on_must_stay(string before, string after, string expected) => Assert.Equal(
        expected, string.Join(", ", CardCompatibility.Of(Raw(before), Raw(after)).Select(found => $"{found.Rule} {found.Value}")));

    [Fact]
    public void A_card_is_compatible_with_itself_and_with_all_that_is_only_more()
    {
        const string Full = """
            {"name":"a","url":"https://a","protocolVersion":"0.3.0","skills":[{"id":"x"}],"defaultInputModes":["text/plain"],"security":[{"k":[]}],
             "securitySchemes":{"k":{"type":"http"}},"capabilities":{"streaming":true,"extensions":[{"uri":"urn:1","required":true}]}}
            """;
        Assert.Empty(CardCompatibility.Of(Raw(Full), Raw(" " + Full)));
        Assert.Equal(6, CardCompatibility.Of(Raw(Full), Raw("""{"name":"a","security":[{"l":[]}]}""")).Count);
    }

    [Fact]
    public void Many_ways_to_prove_who_one_is_are_compared_as_they_are_and_cost_no_more_than_milliseconds()
    {
        // 250 KB each, with nothing that is enough for another.
        static string Card(string last) =>
            $$"""{"security":[{{string.Join(',', Enumerable.Range(0, 18_000).Select(i => $"{{\"k{i:00000}\":[]}}"))}}{{last}}]}""";
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(CardCompatibility.Of(Raw(Card("")), Raw(Card(""" ,{"more":[]}"""))));
        Assert.Equal("gone", Assert.Single(CardCompatibility.Of(Raw(Card(""" ,{"gone":[]}""")), Raw(Card("")))).Value);
        Assert.Empty(CardCompatibility.Of(Raw(Card("")), Raw(Card(",{}"))));
        Assert.Empty(CardCompatibility.Of(Raw(Card("")), Raw("{}")));

        // Where each is compared with each, it takes many seconds.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
    }

    private static RawJson Raw(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));
}
