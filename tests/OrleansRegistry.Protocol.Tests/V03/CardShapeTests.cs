using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

public sealed class CardShapeTests
{
    private const string Legacy = """
        {"protocolVersion":"0.3.0","name":"a","description":"b","version":"1","url":"https://a/rpc","preferredTransport":"JSONRPC",
         "additionalInterfaces":[{"url":"https://a/http","transport":"HTTP+JSON"}],
         "supportsAuthenticatedExtendedCard":true,
         "capabilities":{"streaming":true,"stateTransitionHistory":true},
         "securitySchemes":{"key":{"type":"apiKey","in":"header","name":"X"},"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},
            "oidc":{"type":"openIdConnect","openIdConnectUrl":"https://o"},"mtls":{"type":"mutualTLS","description":"d"},
            "oauth":{"type":"oauth2","oauth2MetadataUrl":"https://m","flows":{"clientCredentials":{"tokenUrl":"https://t","scopes":{"s":"d"}}}}},
         "security":[{"key":[]},{"oauth":["s"],"bearer":[]}],
         "defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
         "skills":[{"id":"s","name":"n","description":"d","tags":["t"],"security":[{"key":[]}]}],"x":1}
        """;

    private const string Current = """
        {"supportedInterfaces":[{"url":"https://a/rpc","protocolBinding":"JSONRPC","protocolVersion":"0.3"},
            {"url":"https://a/http","protocolBinding":"HTTP+JSON","protocolVersion":"0.3"}],
         "name":"a","description":"b","version":"1",
         "capabilities":{"streaming":true,"stateTransitionHistory":true,"extendedAgentCard":true},
         "securitySchemes":{"key":{"apiKeySecurityScheme":{"location":"header","name":"X"}},
            "bearer":{"httpAuthSecurityScheme":{"scheme":"bearer","bearerFormat":"JWT"}},
            "oidc":{"openIdConnectSecurityScheme":{"openIdConnectUrl":"https://o"}},"mtls":{"mtlsSecurityScheme":{"description":"d"}},
            "oauth":{"oauth2SecurityScheme":{"oauth2MetadataUrl":"https://m",
                "flows":{"clientCredentials":{"tokenUrl":"https://t","scopes":{"s":"d"}}}}}},
         "securityRequirements":[{"schemes":{"key":{"list":[]}}},{"schemes":{"oauth":{"list":["s"]},"bearer":{"list":[]}}}],
         "defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
         "skills":[{"id":"s","name":"n","description":"d","tags":["t"],"securityRequirements":[{"schemes":{"key":{"list":[]}}}]}],"x":1}
        """;

    private static readonly Translation ToV10 = CardShape.ToV10;
    private static readonly Translation ToV03 = CardShape.ToV03;

    [Fact]
    public void A_card_becomes_that_of_the_other_version_and_comes_back()
    {
        ToV10.Becomes(Legacy, Current);
        ToV03.Becomes(Current, Legacy);
    }

    [Fact]
    public void A_card_of_1_0_stays_what_it_is() => ToV10.Becomes(Current, Current);

    [Fact]
    public void A_signature_does_not_hold_for_another_card() =>
        ToV10.Becomes(
            """{"url":"https://a","signatures":[{"protected":"p","signature":"s"}]}""",
            """{"supportedInterfaces":[{"url":"https://a","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]}""");

    [Fact]
    public void The_main_interface_is_listed_once() => ToV10.Becomes(
        """
        {"url":"https://a","preferredTransport":"GRPC","supports_authenticated_extended_card":false,
         "additional_interfaces":[{"url":"https://a","transport":"GRPC"},{"url":"https://a","transport":"JSONRPC"}]}
        """,
        """
        {"supportedInterfaces":[{"url":"https://a","protocolBinding":"GRPC","protocolVersion":"0.3"},
            {"url":"https://a","protocolBinding":"JSONRPC","protocolVersion":"0.3"}],"capabilities":{"extendedAgentCard":false}}
        """);

    [Fact]
    public void Of_several_flows_1_0_has_one() => ToV10.Becomes(
        """
        {"url":"u","securitySchemes":{"o":{"type":"oauth2","flows":{"implicit":{"scopes":{}},"authorizationCode":{"scopes":{}},"x":1}},"own":{"type":"magic"}}}
        """,
        """
        {"supportedInterfaces":[{"url":"u","protocolBinding":"JSONRPC","protocolVersion":"0.3"}],
         "securitySchemes":{"o":{"oauth2SecurityScheme":{"flows":{"authorizationCode":{"scopes":{}},"x":1}}},"own":{"type":"magic"}}}
        """);

    [Fact]
    public void Only_interfaces_that_speak_0_3_are_in_a_card_of_0_3()
    {
        const string Card = """
            {"supportedInterfaces":[{"url":"https://a/1","protocolBinding":"JSONRPC","protocolVersion":"1.0"},
             {"url":"https://a/2","protocolBinding":"JSONRPC","protocolVersion":"0.3.1"}],"capabilities":{"extendedAgentCard":true}}
            """;
        ToV03.Becomes(
            Card,
            """
            {"protocolVersion":"0.3.0","url":"https://a/2","preferredTransport":"JSONRPC","supportsAuthenticatedExtendedCard":true,"capabilities":{}}
            """);
    }

    [Theory]
    [InlineData("""{"supportedInterfaces":[{"url":"u","protocolBinding":"GRPC","protocolVersion":"1.0"}]}""", false)]
    [InlineData("""{"supportedInterfaces":[{"url":"u","protocolBinding":"GRPC"}]}""", true)]
    [InlineData("""{"supportedInterfaces":"none"}""", false)]
    [InlineData("""{"name":"a"}""", false)]
    [InlineData("7", false)]
    public void A_card_says_whether_there_is_one_of_0_3(string card, bool speaks)
    {
        using var document = JsonDocument.Parse(card);
        Assert.Equal(speaks, CardShape.SpeaksV03(document.RootElement));
        if (!speaks)
        {
            ToV03.Becomes(card, card);
        }
    }

    [Theory]
    [InlineData("""{"url":"u","capabilities":["streaming"],"skills":["s"],"security":7,"securitySchemes":[]}""")]
    [InlineData("""{"url":7,"preferredTransport":7,"protocolVersion":7,"additionalInterfaces":[7,{"url":"u"}]}""")]
    public void A_card_that_departs_from_0_3_is_translated_as_far_as_it_can_be(string card)
    {
        using var document = JsonDocument.Parse(ToV10.Write(card));
        Assert.True(document.RootElement.TryGetProperty("supportedInterfaces", out _));
    }
}
