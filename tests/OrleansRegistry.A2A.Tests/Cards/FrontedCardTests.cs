using System.Text;
using System.Text.Json;
using OrleansRegistry.A2A.Cards;

namespace OrleansRegistry.A2A.Tests.Cards;

/// <summary>Cards as the registry makes them of their authors' (A2A 1.0, 4.4 and 8).</summary>
public sealed class FrontedCardTests
{
    private const string Skill = """{"id":"s","name":"S","description":"Does  \u0053","tags":["t"], "x":[1.0]}""";

    private static readonly string[] Required =
        ["name", "description", "supportedInterfaces", "version", "capabilities", "defaultInputModes", "defaultOutputModes", "skills"];

    private static readonly FrontedInterface[] Here = [new("https://r.example/a2a/a", "JSONRPC", "1.0"), new("r.example:443", "GRPC", "1.0", "a")];

    [Fact]
    public void Interfaces_lead_here_and_signatures_are_left_out()
    {
        var card = Make("""
            {"name":"a","description":"d","version":"7",
             "capabilities":{"streaming":false,"extensions":[{"uri":"urn:x","required":true,"params":{"n":null}}]},
             "supportedInterfaces":[{"url":"https://author.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],
             "signatures":[{"protected":"e30","signature":"AA"}],"securitySchemes":{"k":{}},"securityRequirements":[{"schemes":{"k":{}}}],
             "skills":[],"x-own":{"a":1.50}}
            """);
        Assert.Equal(
            """[{"url":"https://r.example/a2a/a","protocolBinding":"JSONRPC","protocolVersion":"1.0"},"""
                + """{"url":"r.example:443","protocolBinding":"GRPC","tenant":"a","protocolVersion":"1.0"}]""",
            card.GetProperty("supportedInterfaces").GetRawText());
        Assert.Equal(("a", "d", "7"), (card.Text("name"), card.Text("description"), card.Text("version")));
        foreach (var left in new[] { "signatures", "securitySchemes", "securityRequirements" })
        {
            Assert.False(card.TryGetProperty(left, out _), left);
        }

        var capabilities = card.GetProperty("capabilities");
        Assert.True(capabilities.GetProperty("streaming").GetBoolean());
        Assert.False(capabilities.GetProperty("pushNotifications").GetBoolean());
        Assert.False(capabilities.GetProperty("extendedAgentCard").GetBoolean());
        Assert.Equal("""{"uri":"urn:x","required":true,"params":{"n":null}}""", capabilities.GetProperty("extensions")[0].GetRawText());
        Assert.Equal(FrontedCard.AuthorCardExtension, capabilities.GetProperty("extensions")[1].Text("uri"));
        Assert.Equal("https://r.example/agents/a/card", capabilities.GetProperty("extensions")[1].GetProperty("params").Text("url"));
        Assert.Equal("""{"a":1.50}""", card.GetProperty("x-own").GetRawText());
    }

    [Fact]
    public void A_skill_that_is_whole_keeps_its_bytes() =>
        Assert.Equal(Skill, Make($$"""{"name":"a","skills":[{{Skill}}]}""").GetProperty("skills")[0].GetRawText());

    [Fact]
    public void A_card_of_0_3_becomes_one_of_1_0()
    {
        var card = Make($$$"""
            {"name":"a","description":"d","version":"1","url":"https://author.example","preferredTransport":"JSONRPC","protocolVersion":"0.3.0",
             "additionalInterfaces":[{"url":"https://author.example/g","transport":"GRPC"}],
             "capabilities":{"streaming":true,"stateTransitionHistory":true},
             "defaultInputModes":["text/plain"],"defaultOutputModes":["image/png"],"skills":[{{{Skill}}}],"supportsAuthenticatedExtendedCard":true,
             "security":[{"k":[]}],"securitySchemes":{"k":{"type":"http","scheme":"bearer"}},"iconUrl":"https://author.example/i.png"}
            """);
        Assert.Equal(
            ["capabilities", "defaultInputModes", "defaultOutputModes", "description", "iconUrl", "name", "skills", "supportedInterfaces", "version"],
            card.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal("https://r.example/a2a/a", card.GetProperty("supportedInterfaces")[0].Text("url"));
        Assert.Equal("image/png", card.GetProperty("defaultOutputModes")[0].GetString());
        Assert.False(card.GetProperty("capabilities").TryGetProperty("stateTransitionHistory", out _));
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"a","description":null,"version":7,"capabilities":["streaming"],"skills":"chat","provider":"Acme"}""")]
    [InlineData("""{"name":"a","skills":["chat",{"id":"x"},{"name":"Y","tags":null},null,7],"provider":{"name":"Acme"},"url":"https://a.example"}""")]
    [InlineData("""{"name":"a","default_input_modes":"text","supported_interfaces":[],"capabilities":{"extensions":[{"required":true},"urn:y"]}}""")]
    public void What_1_0_requires_is_there_whatever_the_author_left_out(string author)
    {
        foreach (var isStrict in new[] { false, true })
        {
            var card = Make(author, isStrict);
            Assert.All(Required, name => Assert.True(card.TryGetProperty(name, out _), name));
            Assert.All(card.GetProperty("skills").EnumerateArray(), skill =>
            {
                Assert.All(["id", "name", "description"], name => Assert.NotEmpty(skill.Text(name)));
                Assert.NotEqual(0, skill.GetProperty("tags").GetArrayLength());
            });
            Assert.NotEqual(0, card.GetProperty("skills").GetArrayLength());
            Assert.NotEmpty(card.Text("version"));
            Assert.NotEmpty(card.Text("description"));
            Assert.DoesNotContain("null", card.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_card_to_be_signed_has_nothing_that_A2A_does_not_know_and_no_plain_defaults()
    {
        var card = Make(
            """
            {"name":"a","description":"","x":1,"documentationUrl":"","provider":{"organization":"Acme","url":"https://acme.example","x":1},
             "capabilities":{"extensions":[{"uri":"urn:x","description":"","required":false,"params":{},"x":1}]},
             "skills":[{"id":"s","name":"S","description":"D","tags":[],"examples":[],"inputModes":["text/plain"],"x":1}]}
            """,
            isStrict: true);
        Assert.Equal("""{"id":"s","name":"S","description":"D","tags":[],"inputModes":["text/plain"]}""", card.GetProperty("skills")[0].GetRawText());
        Assert.Equal("""{"uri":"urn:x","params":{}}""", card.GetProperty("capabilities").GetProperty("extensions")[0].GetRawText());
        Assert.Equal("""{"organization":"Acme","url":"https://acme.example"}""", card.GetProperty("provider").GetRawText());
        Assert.False(card.TryGetProperty("x", out _));
    }

    private static JsonElement Make(string author, bool isStrict = false)
    {
        var agent = new AgentRecord { Tenant = "t", Id = "a", Card = RawJson.FromValid(Encoding.UTF8.GetBytes(author)), Revision = 12 };
        var made = FrontedCard.Make(agent, new(Streaming: true, PushNotifications: false), Here, "https://r.example/agents/a/card", isStrict);
        return JsonDocument.Parse(made).RootElement;
    }
}

file static class Json
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
