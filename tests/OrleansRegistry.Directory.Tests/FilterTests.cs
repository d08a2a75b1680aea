namespace OrleansRegistry.Directory.Tests;

/// <summary>Every field, and each way to ask for it.</summary>
public sealed class FilterTests
{
    private readonly TestDirectory directory = new();

    public FilterTests()
    {
        Put("a", new TestCard(
            "a", Tags: ["x", "y"], Skills: ["s1", "s2"], Category: "c1", Provider: "Acme", Capabilities: ["streaming"],
            Extensions: ["urn:1", "urn:2"], SkillTags: ["st"], InputModes: ["text/plain", "image/png"], OutputModes: ["text/plain"],
            Interfaces: [new("https://A.example:8443/rpc", "jsonrpc", "1.0"), new("a.grpc.example:443", "GRPC", "1.0")]));
        Put("b", new TestCard(
            "b", Tags: ["y"], Skills: ["s2"], Category: "c1", Provider: "ACME", Extensions: ["urn:1"], InputModes: ["TEXT/plain"],
            Interfaces: [new("https://b.example/", "HTTP+JSON", "0.3.0")]), enabled: false, delivery: AgentDelivery.Worker, owner: "bob");
        Put("c", new TestCard("c", Tags: ["z"], Category: "c2", Interfaces: [new("https://b.example/other")]), owner: "eve");
    }

    [Theory]
    [InlineData("tag", "x", "a", "a")]
    [InlineData("tag", "y,z", "a,b,c", "")]
    [InlineData("tag", "x,y", "a,b", "a")]
    [InlineData("tag", "st", "a", "a")]
    [InlineData("skill_tag", "st", "a", "a")]
    [InlineData("skill_tag", "x", "", "")]
    [InlineData("skill", "s1,s2", "a,b", "a")]
    [InlineData("category", "c1,c2", "a,b,c", "")]
    [InlineData("capability", "streaming,tools", "a", "")]
    [InlineData("extension", "urn:1,urn:2", "a,b", "a")]
    [InlineData("extension", "urn:3", "", "")]
    [InlineData("input_mode", "Text/Plain", "a,b", "a,b")]
    [InlineData("input_mode", "image/png,text/plain", "a,b", "a")]
    [InlineData("output_mode", "text/plain", "a", "a")]
    [InlineData("binding", "JSONRPC", "a,c", "a,c")]
    [InlineData("binding", "http_json", "b", "b")]
    [InlineData("binding", "grpc,jsonrpc", "a,c", "a")]
    [InlineData("protocol_version", "0.3", "b", "b")]
    [InlineData("protocol_version", "1.0.7", "a", "a")]
    [InlineData("host", "B.example", "b,c", "b,c")]
    [InlineData("host", "a.example,a.grpc.example", "a", "a")]
    [InlineData("host", "https://b.example/whatever", "b,c", "b,c")]
    [InlineData("provider", "acme", "a,b", null)]
    [InlineData("enabled", "true", "a,c", null)]
    [InlineData("enabled", "true,false", "a,b,c", null)]
    [InlineData("delivery", "worker,listed", "a,b,c", null)]
    [InlineData("delivery", "worker", "b", null)]
    [InlineData("owner", "eve,bob", "b,c", null)]
    public void Agents_have_one_of_the_values_or_all_or_none(string name, string values, string any, string? all)
    {
        var field = AgentField.Find(name)!;
        var filters = AgentFilters.Of(field, values.Split(','));
        Assert.Equal(Split(any), directory.Ids(new AgentQuery { Any = filters }));
        Assert.Equal(new[] { "a", "b", "c" }.Except(Split(any)), directory.Ids(new AgentQuery { Not = filters }));
        if (all is not null)
        {
            Assert.Equal(Split(all), directory.Ids(new AgentQuery { All = filters }));
        }
        else
        {
            var refusal = Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { All = filters }));
            Assert.Equal(($"all.{name}", RegistryError.Invalid), (refusal.Field, refusal.Error));
        }
    }

    [Fact]
    public void Every_field_has_a_place_in_agents() => Assert.Equal(
        AgentField.All.Select(field => field.Name).Order(StringComparer.Ordinal),
        FieldKinds.All.Select(kind => kind.Field.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Fields_and_rules_hold_together()
    {
        Assert.Equal(["b"], directory.Ids(new AgentQuery
        {
            Any = AgentFilters.Of(AgentField.Tag, "x", "y"),
            All = AgentFilters.Of(AgentField.Skill, "s2").With(AgentField.Extension, "urn:1"),
            Not = AgentFilters.Of(AgentField.Skill, "s1").With(AgentField.Owner, "eve"),
            Provider = "acme",
        }));
        Assert.Empty(directory.Ids(new AgentQuery { Tags = ["y"], Not = AgentFilters.Of(AgentField.Tag, "y") }));
    }

    [Theory]
    [InlineData("enabled", "yes", "enabled: must be true or false, not 'yes'")]
    [InlineData("delivery", "mail", "delivery: must be listed, worker or forward, not 'mail'")]
    public void A_value_that_there_is_not_is_refused(string name, string value, string message)
    {
        var filters = AgentFilters.Of(AgentField.Find(name)!, value);
        Assert.Equal(message, Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { Any = filters })).Message);
        Assert.Equal($"not.{name}", Assert.Throws<RegistryException>(() => directory.Ids(new AgentQuery { Not = filters })).Field);
    }

    [Fact]
    public void Short_forms_are_filters()
    {
        var query = new AgentQuery { Tags = ["x"], Category = "c", Enabled = false, Delivery = AgentDelivery.Forward };
        Assert.Equal(("x", "c", "false", "forward"), (
            query.Any[AgentField.Tag].Single(), query.Any[AgentField.Category].Single(), query.Any[AgentField.Enabled].Single(),
            query.Any[AgentField.Delivery].Single()));
        query = query with { Category = null, Enabled = null, Tags = [], Provider = "" };
        Assert.Equal([AgentField.Delivery], query.Any.Fields);
        Assert.Null(query.Category);
        Assert.Null((query with { Any = AgentFilters.Of(AgentField.Category, "c", "d") }).Category);
    }

    [Fact]
    public void Page_tokens_from_before_there_were_other_fields_go_on()
    {
        var query = new AgentQuery
        {
            Text = "", Tags = ["y", "x"], Skills = ["s2"], Category = "c1", Provider = "Acme", Enabled = false, Delivery = AgentDelivery.Worker,
        };
        string[] then =
        [
            "agents", "", "False", "delivery", "worker", "\u0002", "tags", "y", "x", "\u0002", "category", "c1", "\u0002", "skills", "s2",
            "\u0002", "provider", "Acme",
        ];
        Assert.Equal(["b"], directory.Ids(query with { PageToken = PageToken.Make("a", string.Join('\u0001', then)) }));
        Assert.Equal(["b", "c"], directory.Ids(new AgentQuery { PageToken = PageToken.Make("a", "agents\u0001\u0001") }));
    }

    [Fact]
    public void A_page_token_serves_no_other_filters()
    {
        AgentQuery[] queries =
        [
            new(),
            new() { Enabled = true },
            new() { Any = AgentFilters.Of(AgentField.Enabled, "true", "false") },
            new() { Any = AgentFilters.Of(AgentField.Tag, "x", "y", "z") },
            new() { All = AgentFilters.Of(AgentField.Binding, "JSONRPC") },
            new() { Any = AgentFilters.Of(AgentField.Binding, "JSONRPC") },
            new() { Not = AgentFilters.Of(AgentField.Tag, "none") },
            new() { Not = AgentFilters.Of(AgentField.Skill, "none") },
        ];
        foreach (var query in queries)
        {
            var token = directory.Agents.List(TestDirectory.Everybody, query with { PageSize = 1 }).NextPageToken;
            Assert.NotNull(token);
            foreach (var other in queries)
            {
                var next = other with { PageSize = 1, PageToken = token };
                if (query == other)
                {
                    Assert.NotEmpty(directory.Ids(next));
                }
                else
                {
                    Assert.Equal("page_token", Assert.Throws<RegistryException>(() => directory.Ids(next)).Field);
                }
            }
        }
    }

    [Theory]
    [InlineData("https://Agents.Example:8080/a", "agents.example")]
    [InlineData("grpc.example:443", "grpc.example")]
    [InlineData("grpc.example", "grpc.example")]
    [InlineData("[::1]:443", "::1")]
    [InlineData("http://[::1]:80/", "::1")]
    [InlineData("https://bücher.example", "xn--bcher-kva.example")]
    [InlineData(":443", null)]
    [InlineData("https://", null)]
    public void The_host_is_what_clients_connect_to(string url, string? host) => Assert.Equal(host, InterfaceUrl.HostOf(url));

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private void Put(string id, TestCard card, bool enabled = true, AgentDelivery? delivery = null, string? owner = null)
    {
        var revision = directory.Agents.Revision + 1;
        directory.Feed(revision, id, directory.Record(id, card, revision, enabled) with { Delivery = delivery, Owner = owner });
    }
}
