using System.Text;

namespace OrleansRegistry.Tests.Agents;

public sealed class AgentCardTests
{
    [Fact]
    public void A_card_of_a2a_1_0_is_read_without_a_warning()
    {
        var card = Read("""
            {"name":"Weather","description":"Tells it","version":"2","supportedInterfaces":[{"url":"https://w.example/a2a",
            "protocolBinding":"JSONRPC","protocolVersion":"1.0"}],
             "provider":{"organization":"Sky Ltd","url":"https://w.example"},"category":"science","tags":["top"],
             "capabilities":{"streaming":true,"pushNotifications":false,"extensions":[{"uri":"urn:x","description":"X","required":true,
             "params":{"n":1.0}}]},
             "defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
             "skills":[{"id":"now","name":"Now","description":"Current","tags":["sky","top"]},{"id":"later","name":"Later","description":"Forecast",
             "tags":["sky"]}]}
            """);
        Assert.Empty(card.Warnings);
        Assert.Equal("Weather", card.Name);
        Assert.Equal(["Sky Ltd"], card.Providers);
        Assert.Equal(["now", "later"], card.Skills.Select(skill => skill.Id));
        Assert.Equal(["sky", "top"], card.Tags);
        Assert.Equal(["science"], card.Categories);
        Assert.Equal(["streaming"], card.Capabilities);
        var extension = Assert.Single(card.Extensions);
        Assert.Equal(("urn:x", "X", true, """{"n":1.0}"""), (extension.Uri, extension.Description, extension.Required, extension.Params.ToString()));
    }

    [Theory]
    [InlineData("supportedInterfaces")]
    [InlineData("supported_interfaces")]
    [InlineData("url")]
    [InlineData("protocolVersion")]
    [InlineData("preferredTransport")]
    [InlineData("additionalInterfaces")]
    [InlineData("description")]
    [InlineData("version")]
    [InlineData("provider")]
    [InlineData("category")]
    [InlineData("categories")]
    [InlineData("tags")]
    [InlineData("capabilities")]
    [InlineData("extensions")]
    [InlineData("defaultInputModes")]
    [InlineData("default_output_modes")]
    [InlineData("skills")]
    [InlineData("security")]
    [InlineData("securitySchemes")]
    [InlineData("securityRequirements")]
    [InlineData("signatures")]
    [InlineData("iconUrl")]
    public void A_member_that_is_null_is_one_that_is_not_there(string member)
    {
        var (bare, without) = ("""{"name":"a"}""", $$"""{"name":"a","{{member}}":null}""");
        Assert.Equal(Told(Read(bare)), Told(Read(without)));
        var (known, beside) = ("""{"name":"a","url":"https://a.example","protocolVersion":"0.3"}""", $$"""{"{{member}}":null,""");
        if (member is not ("url" or "protocolVersion"))
        {
            Assert.Equal(Told(Read(known)), Told(Read(beside + known[1..])));
        }

        static IEnumerable<string> Told(AgentCard card) => card.Warnings.Select(warning => $"{warning.Field} {warning.Message}");
    }

    [Fact]
    public void Where_one_spelling_is_null_the_other_counts()
    {
        var card = Read("""{"name":"a","supportedInterfaces":null,"supported_interfaces":[{"url":"https://a.example"}]}""");
        Assert.Equal(["a.example"], card.Hosts);
        Assert.DoesNotContain(card.Warnings, warning => warning.Message.Contains("nobody can tell", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""
        {"name":"W","description":"D","version":"1","url":"https://w.example","protocolVersion":"0.3.0","preferredTransport":"JSONRPC",
        "capabilities":{},"defaultInputModes":["text"],"defaultOutputModes":["text"],"skills":[{"id":"a","name":"A","description":"D",
        "tags":["t"]}]}
        """)]
    [InlineData("""
        {"name":"W","description":"D","version":"1","url":"https://w.example","protocol_version":"0.3.0","preferred_transport":"JSONRPC",
        "capabilities":{},"default_input_modes":["text"],"default_output_modes":["text"],"skills":[{"id":"a","name":"A","description":"D",
        "tags":["t"]}]}
        """)]
    public void A_card_of_a2a_0_3_is_read_without_a_warning_in_either_case(string json) => Assert.Empty(Read(json).Warnings);

    [Fact]
    public void Name_description_and_skill_ids_are_searched_in_lower_case_and_each_for_itself()
    {
        var text = Read("""{"name":"ÄB","description":"Öl","skills":[{"id":"One"},{"id":"One"},{"name":"no id"},"Two",{"id":""}]}""").SearchText.Span;
        Assert.Equal([.. "äb"u8, 0xFF, .. "öl"u8, 0xFF, .. "one"u8, 0xFF, .. "two"u8, 0xFF], text.ToArray());
        Assert.Equal("äb"u8.ToArray(), SearchText.Of("ÄB"));
    }

    [Fact]
    public void Each_id_of_a_skill_is_listed_once() =>
        Assert.Equal(["One", "Two"], Read("""{"name":"a","skills":[{"id":"One"},{"id":"One"},{"name":"no id"},"Two",{"id":""}]}""").SkillIds);

    [Fact]
    public void Cards_share_their_words_and_long_ones_are_left_as_they_are()
    {
        var tag = new string('t', 65);
        var (one, other) = (Read($$"""{"name":"a","tags":["shared","{{tag}}"]}"""), Read($$"""{"name":"b","tags":["shared","{{tag}}"]}"""));
        Assert.Equal(one.Tags, other.Tags);
        Assert.Same(one.Tags[0], other.Tags[0]);
        Assert.NotSame(one.Tags[1], other.Tags[1]);
    }

    [Fact]
    public void Each_of_very_many_strings_is_read_once_and_in_order()
    {
        // Its square is more than a test has time for.
        var many = Enumerable.Range(0, 30_000).Select(i => $"x{i}").ToArray();
        var list = $"[{string.Join(',', many.Concat(many).Append("").Select(text => $"\"{text}\""))}]";
        var card = Read($$"""{"name":"W","tags":{{list}},"categories":{{list}},"extensions":{{list}}}""");
        Assert.Equal(many, card.Tags);
        Assert.Equal(many, card.Categories);
        Assert.Equal(many, card.Extensions.Select(extension => extension.Uri));
    }

    [Theory]
    [InlineData("[]", "agent_card")]
    [InlineData("null", "agent_card")]
    [InlineData("{}", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"a","description":7}""", "description")]
    [InlineData("""{"name":"a","skills":"x"}""", "skills")]
    [InlineData("""{"name":"a","skills":{}}""", "skills")]
    [InlineData("""{"name":"a","skills":[{"id":"ok"},null]}""", "skills[1]")]
    [InlineData("""{"name":"a","skills":[{"id":7}]}""", "skills[0].id")]
    [InlineData("""{"name":"a","skills":[{"id":"s","tags":[1]}]}""", "skills[0].tags[0]")]
    [InlineData("""{"name":"a","skills":[{"id":"s","tags":{}}]}""", "skills[0].tags")]
    [InlineData("""{"name":"a","tags":7}""", "tags")]
    [InlineData("""{"name":"a","category":{}}""", "category")]
    [InlineData("""{"name":"a","capabilities":"streaming"}""", "capabilities")]
    [InlineData("""{"name":"a","capabilities":[7]}""", "capabilities[0]")]
    [InlineData("""{"name":"a","capabilities":{"extensions":"urn:x"}}""", "capabilities.extensions")]
    [InlineData("""{"name":"a","capabilities":{"extensions":[null]}}""", "capabilities.extensions[0]")]
    [InlineData("""{"name":"a","capabilities":{"extensions":[{"uri":7}]}}""", "capabilities.extensions[0].uri")]
    [InlineData("""{"name":"a","provider":7}""", "provider")]
    [InlineData("""{"name":"a","url":7}""", "url")]
    [InlineData("""{"name":"a","supportedInterfaces":"https://x"}""", "supportedInterfaces")]
    [InlineData("""{"name":"a","supportedInterfaces":[null]}""", "supportedInterfaces[0]")]
    public void An_unusable_card_is_refused_by_its_field(string json, string field)
    {
        var refusal = Assert.Throws<RegistryException>(() => Read(json));
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        Assert.Equal(field, refusal.Field);
        Assert.StartsWith(field + ": ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","capabilities":["a","b"]}""", "capabilities")]
    [InlineData("""{"name":"a","capabilities":[{"name":"a"}]}""", "capabilities")]
    [InlineData("""{"name":"a","skills":["s"]}""", "skills[0]")]
    [InlineData("""{"name":"a","skills":[{"name":"S"}]}""", "skills[0].id")]
    [InlineData("""{"name":"a","skills":[{"id":"s"}]}""", "skills[0].tags")]
    [InlineData("""{"name":"a","skills":[]}""", "skills")]
    [InlineData("""{"name":"a"}""", "skills")]
    [InlineData("""{"name":"a","tags":"one"}""", "tags")]
    [InlineData("""{"name":"a","description":null}""", "description")]
    [InlineData("""{"name":"a","version":1.0}""", "version")]
    [InlineData("""{"name":"a","provider":{"name":"P"}}""", "provider.organization")]
    [InlineData("""{"name":"a","provider":"P"}""", "provider")]
    [InlineData("""{"name":"a","extensions":{"x":1}}""", "extensions")]
    [InlineData("""{"name":"a","extensions":[{"uri":"urn:x"}]}""", "extensions")]
    [InlineData("""{"name":"a","capabilities":{"extensions":[{"description":"no uri"}]}}""", "capabilities.extensions[0].uri")]
    [InlineData("""{"name":"a","url":"mailto:a@b.example"}""", "url")]
    [InlineData("""{"name":"a","url":"{BASE_URL}"}""", "url")]
    [InlineData("""{"name":"a","url":"https://a.example","preferredTransport":7}""", "preferredTransport")]
    [InlineData("""{"name":"a","supportedInterfaces":[]}""", "supportedInterfaces")]
    [InlineData("""{"name":"a","supportedInterfaces":[{"serviceUrl":"https://a.example"}]}""", "supportedInterfaces[0].url")]
    [InlineData(
        """{"name":"a","supportedInterfaces":[{"url":"https://a.example","protocolBinding":"HTTP_JSON","protocolVersion":"1.0"}]}""",
        "supportedInterfaces[0].protocolBinding")]
    public void An_imperfect_card_is_read_with_a_warning(string json, string field)
    {
        Assert.Contains(Read(json).Warnings, warning => warning.Field == field);
        var strict = Assert.Throws<RegistryException>(() => new AgentRules(Strict: true).Check(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(RegistryError.Invalid, strict.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"preferredTransport\":\"JSONRPC\"")]
    [InlineData(",\"preferred_transport\":\"http\"")]
    [InlineData(",\"preferredTransport\":\"GRPC\",\"url\":\"host.example:443\"")]
    public void Strict_is_what_0_3_requires_of_its_own_cards(string more)
    {
        var url = more.Contains("\"url\"", StringComparison.Ordinal) ? "" : ",\"url\":\"http://localhost:9000/a2a\"";
        var json = $$"""
            {"name":"a","description":"d","version":"1","protocol_version":"0.3.0","capabilities":{},"skills":[],"default_input_modes":[],
            "default_output_modes":[]{{url}}{{more}}}
            """;
        Assert.Empty(new AgentRules(Strict: true).Check(Encoding.UTF8.GetBytes(json)).Card.Warnings);
    }

    [Theory]
    [InlineData("GRPC", "host.example:443", true)]
    [InlineData("GRPC", "10.0.0.1:50051", true)]
    [InlineData("GRPC", "[::1]:443", true)]
    [InlineData("GRPC", "https://host.example", true)]
    [InlineData("GRPC", "host.example", false)]
    [InlineData("GRPC", "host.example:0", false)]
    [InlineData("GRPC", "host.example:99999", false)]
    [InlineData("GRPC", "a b:443", false)]
    [InlineData("JSONRPC", "host.example:443", false)]
    [InlineData("JSONRPC", "https://host.example:8443/a%20b?c=d", true)]
    [InlineData("JSONRPC", "HTTPS://Host.Example", true)]
    [InlineData("JSONRPC", "https://münchen.example/ü", true)]
    [InlineData("JSONRPC", "https:host.example", false)]
    [InlineData("JSONRPC", "https:/host.example", false)]
    [InlineData("JSONRPC", "https:///path", false)]
    [InlineData("JSONRPC", "https://", false)]
    [InlineData("JSONRPC", "https://?x", false)]
    [InlineData("JSONRPC", "https:\\\\host.example", false)]
    [InlineData("JSONRPC", " https://host.example", false)]
    [InlineData("JSONRPC", "https://host.example ", false)]
    [InlineData("JSONRPC", "https://host .example", false)]
    [InlineData("JSONRPC", "https://host.example/a b", false)]
    [InlineData("JSONRPC", "https://host.example/%zz", false)]
    [InlineData("JSONRPC", "https://host.example:", false)]
    [InlineData("JSONRPC", "https://host.example:99999", false)]
    [InlineData("JSONRPC", "https://host..example", false)]
    [InlineData("JSONRPC", "https://.example", false)]
    [InlineData("JSONRPC", "https://user:secret@host.example", false)]
    [InlineData("JSONRPC", "https://{host}/", false)]
    [InlineData("JSONRPC", "https://<host>/", false)]
    [InlineData("https://example.com/bindings/ws", "wss://host.example", true)]
    public void An_interface_is_reached_by_a_url_that_its_binding_can_have(string binding, string url, bool fits)
    {
        var address = System.Text.Json.JsonSerializer.Serialize(url);
        var warnings = Read($$"""{"name":"a","supportedInterfaces":[{"url":{{address}},"protocolBinding":"{{binding}}","protocolVersion":"1.0"}]}""")
            .Warnings;
        Assert.Equal(!fits, warnings.Any(warning => warning.Field == "supportedInterfaces[0].url"));
    }

    [Fact]
    public void Odd_shapes_are_read_as_far_as_they_can_be()
    {
        var card = Read("""
            {"name":"a","capabilities":["push_notifications",{"name":"search"}],"skills":["one",{"name":"Two"}],"categories":["c","c"],
            "provider":"P"}
            """);
        Assert.Equal(["pushNotifications", "search"], card.Capabilities);
        Assert.Equal(["one", null], card.Skills.Select(skill => skill.Id));
        Assert.Equal(["c"], card.Categories);
        Assert.Equal(["P"], card.Providers);
    }

    [Fact]
    public void Warnings_are_bounded()
    {
        var skills = string.Join(',', Enumerable.Repeat("{}", 1000));
        Assert.Equal(100, Read($$"""{"name":"a","skills":[{{skills}}]}""").Warnings.Count);
    }

    [Fact]
    public void A_card_that_is_too_large_is_refused()
    {
        var json = Encoding.UTF8.GetBytes($$"""{"name":"a","description":"{{new string('x', 2000)}}"}""");
        Assert.Equal(RegistryError.TooLarge, Assert.Throws<RegistryException>(() => new AgentRules(MaxCardBytes: 1024).Check(json)).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    public void An_id_that_no_url_or_key_can_hold_is_refused(string id) =>
        Assert.Equal("agent_id", Assert.Throws<RegistryException>(() => Identifiers.CheckId(id)).Field);

    [Fact]
    public void An_id_with_half_a_surrogate_pair_is_refused()
    {
        Assert.Throws<RegistryException>(() => Identifiers.CheckId("\ud800"));
        Assert.Throws<RegistryException>(() => Identifiers.CheckId("x\udc00y"));
        Identifiers.CheckId("\ud83d\ude00");
    }

    [Theory]
    [InlineData("a b/c:d?e#f%20")]
    [InlineData("天気 🌦️ é")]
    [InlineData("../../etc/passwd")]
    public void Any_other_text_is_an_id(string id) => Identifiers.CheckId(id);

    [Fact]
    public void An_id_of_ten_thousand_characters_is_refused() =>
        Assert.Contains(
            "10,000",
            Assert.Throws<RegistryException>(() => Identifiers.CheckId(new string('x', 10_000))).Message,
            StringComparison.Ordinal);

    private static AgentCard Read(string json) => AgentCard.Read(RawJson.FromValid(Encoding.UTF8.GetBytes(json)));
}
