using System.Text;
using System.Text.Json;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Which bytes of a card may have been signed (A2A 1.0, 8.4).</summary>
public sealed class CardFormTests
{
    // The fragment of 8.4.1, its members in another order.
    private const string Fragment = """
        {"skills": [], "name": "Example Agent", "signatures": [{}], "description": "",
         "capabilities": {"streaming": false, "pushNotifications": false, "extensions": []}}
        """;

    private const string Whole = """
        {"name":"a","version":"1","description":"d","iconUrl":"","provider":{"url":"","organization":"o"},"securitySchemes":{},"other":"",
         "supportedInterfaces":[{"url":"u","protocolBinding":"","tenant":"","protocolVersion":"1.0"}],"documentationUrl":null,
         "capabilities":{"streaming":true,"extensions":[{"uri":"x","required":false,"params":{"empty":"","zero":0}}]},
         "skills":[{"id":"s","tags":["t",""],"examples":[],"inputModes":["m"]}]}
        """;

    [Theory]
    [InlineData(
        SignedForm.AsWritten,
        """{"capabilities":{"extensions":[],"pushNotifications":false,"streaming":false},"description":"","name":"Example Agent","skills":[]}""")]
    [InlineData(
        SignedForm.DefaultsOmitted,
        """{"capabilities":{"pushNotifications":false,"streaming":false},"description":"","name":"Example Agent","skills":[]}""")]
    [InlineData(SignedForm.AllDefaultsOmitted, """{"name":"Example Agent"}""")]
    [InlineData(SignedForm.EmptyOmitted, """{"capabilities":{"pushNotifications":false,"streaming":false},"name":"Example Agent"}""")]
    public void The_example_of_the_specification_is_as_it_says(SignedForm form, string expected) => Assert.Equal(expected, Of(Fragment, form));

    [Fact]
    public void What_an_extension_says_for_itself_and_what_is_not_known_stays()
    {
        const string Capabilities = """{"capabilities":{"extensions":[{"params":{"empty":"","zero":0},"uri":"x"}],"streaming":true},""";
        const string Skills = "\"skills\":[{\"id\":\"s\",\"inputModes\":[\"m\"],\"tags\":[\"t\",\"\"]}],\"supportedInterfaces\":";
        Assert.Equal(
            Capabilities + """  "description":"d","iconUrl":"","name":"a","other":"","provider":{"organization":"o","url":""},"""[2..] + Skills
                + """[{"protocolBinding":"","protocolVersion":"1.0","url":"u"}],"version":"1"}""",
            Of(Whole, SignedForm.DefaultsOmitted));
        Assert.Equal(
            Capabilities + """  "description":"d","name":"a","other":"","provider":{"organization":"o"},"""[2..] + Skills
                + """[{"protocolVersion":"1.0","url":"u"}],"version":"1"}""",
            Of(Whole, SignedForm.AllDefaultsOmitted));
    }

    [Fact]
    public void An_entry_of_a_map_is_in_all_forms()
    {
        foreach (var form in CardForms.All)
        {
            var asks = Of("""{"securityRequirements":[{"schemes":{"oauth":{"list":[]}}}],"securitySchemes":{"a":{}}}""", form);
            Assert.Contains("\"schemes\":{\"oauth\":{", asks, StringComparison.Ordinal);
            Assert.Contains("\"securitySchemes\":{\"a\":{}}", asks, StringComparison.Ordinal);
            Assert.DoesNotContain("oauth", Of("""{"securityRequirements":[{"schemes":{}}]}""", form), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mtlsSecurityScheme", "openIdConnectSecurityScheme")]
    [InlineData("mtlsSecurityScheme", "oauth2SecurityScheme")]
    [InlineData("apiKeySecurityScheme", null)]
    [InlineData("implicit", "password")]
    [InlineData("authorizationCode", "clientCredentials")]
    public void Schemes_and_flows_of_different_kinds_have_different_bytes_however_empty_they_are(string one, string? other)
    {
        foreach (var form in CardForms.All)
        {
            Assert.NotEqual(Of(Card(one), form), Of(Card(other), form));
        }

        static string Card(string? kind)
        {
            var empty = kind is null ? "{}" : "{\"" + kind + "\":{}}";
            var isFlow = kind?.EndsWith("Scheme", StringComparison.Ordinal) == false;
            return "{\"securitySchemes\":{\"a\":" + (isFlow ? "{\"oauth2SecurityScheme\":{\"flows\":" + empty + "}}" : empty) + "}}";
        }
    }

    [Fact]
    public void A_number_that_no_double_holds_has_no_form() =>
        Assert.Throws<FormatException>(() => Of("""{"name":"a","rank":1e999}""", SignedForm.AsWritten));

    private static string Of(string card, SignedForm form)
    {
        using var document = JsonDocument.Parse(card);
        return Encoding.UTF8.GetString(new CardForms(document.RootElement).Of(form).Span);
    }
}
