namespace OrleansRegistry.Directory.Tests;

public sealed class ExtensionTests
{
    private readonly TestDirectory directory = new();

    [Fact]
    public void An_extension_lives_from_its_first_declaration_to_its_last()
    {
        directory.Put("b", new TestCard("b", Extensions: ["urn:x"]));
        directory.Put("a", new TestCard("a", Extensions: ["urn:x", "urn:y"]));
        var both = Find("urn:x")!;
        Assert.Equal(["a", "b"], both.DeclaringAgents);
        Assert.Equal(("b", "urn:x by b", 2), (both.FirstDeclaredByAgent, both.Description, both.UsageCount));

        directory.Remove("b");
        var left = Find("urn:x")!;
        Assert.Equal(["a"], left.DeclaringAgents);
        Assert.Equal(("b", both.FirstDeclaredAt), (left.FirstDeclaredByAgent, left.FirstDeclaredAt));
        Assert.Equal("urn:x by a", left.Description);

        directory.Put("a", new TestCard("a", Extensions: ["urn:y"]));
        Assert.Null(Find("urn:x"));
        Assert.Equal(
            ["urn:y"],
            directory.Agents.ListExtensions(TestDirectory.Everybody, new ExtensionQuery()).Extensions.Select(extension => extension.Uri));
    }

    [Fact]
    public void Listing_filters_and_pages()
    {
        for (var i = 0; i < 25; i++)
        {
            directory.Put($"agent-{i:00}", new TestCard("n", Extensions: [$"https://ext.example/E{i:00}", "https://ext.example/all"]));
        }

        var all = new ExtensionQuery { PageSize = 10 };
        var uris = new List<string>();
        string? token = null;
        do
        {
            var page = directory.Agents.ListExtensions(TestDirectory.Everybody, all with { PageToken = token });
            Assert.Equal(26, page.TotalCount);
            uris.AddRange(page.Extensions.Select(extension => extension.Uri));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(26, uris.Count);
        Assert.Equal(uris.Order(StringComparer.Ordinal), uris);
        Assert.Equal(10, Count(new ExtensionQuery { UriPattern = "example/e1" }));
        Assert.Equal(3, Count(new ExtensionQuery { DeclaringAgents = ["agent-01", "agent-02", "nobody"] }));
        Assert.Equal(26, Count(new ExtensionQuery { TrustLevels = [TrustLevels.Unverified] }));
        Assert.Equal(0, Count(new ExtensionQuery { TrustLevels = [TrustLevels.Official] }));
        Assert.Equal("page_size", Assert.Throws<RegistryException>(() => Count(new ExtensionQuery { PageSize = 1001 })).Field);
    }

    [Fact]
    public void Outside_development_only_allowed_extensions_are_listed()
    {
        var strict = new TestDirectory(
            new ExtensionPolicy(DevelopmentMode: false, RequireVerification: true, Allowlist: new HashSet<string> { "urn:ok" }));
        strict.Put("a", new TestCard("a", Extensions: ["urn:ok", "urn:other"]));
        Assert.Equal(["urn:ok"], strict.Agents.ExtensionsOf(TestDirectory.Everybody, "a")!.Select(extension => extension.Uri));
        Assert.Null(strict.Agents.FindExtension(TestDirectory.Everybody, "urn:other"));
    }

    [Fact]
    public void An_agent_may_declare_and_change_very_many()
    {
        // Its square is more than a test has time for: a card of 26,000 once held up all writes of the registry for ten seconds.
        const int Many = 20_000;
        string[] Uris(int first) => [.. Enumerable.Range(first, Many).Select(i => $"urn:{i}")];
        directory.Put("a", new TestCard("a", Tags: Uris(0), Skills: Uris(0), Extensions: Uris(0)));
        directory.Put("a", new TestCard("a", Tags: Uris(1), Skills: Uris(1), Extensions: Uris(1)));
        Assert.Equal(Many, directory.Agents.ExtensionsOf(TestDirectory.Everybody, "a")!.Count);
        Assert.Null(Find("urn:0"));
        Assert.Equal((1, "a"), (Find($"urn:{Many}")!.UsageCount, Find("urn:1")!.FirstDeclaredByAgent));
        Assert.Equal(Many, directory.Agents.Stats(TestDirectory.Everybody).Tags);
        Assert.Empty(directory.Ids(new AgentQuery { Tags = ["urn:0"] }));
        Assert.Equal(["a"], directory.Ids(new AgentQuery { Skills = [$"urn:{Many}"] }));
        directory.Remove("a");
        Assert.Equal((0, 0), (directory.Agents.Stats(TestDirectory.Everybody).Extensions, directory.Agents.Stats(TestDirectory.Everybody).Skills));
    }

    [Fact]
    public void Of_very_many_declaring_agents_the_first_are_named_and_all_are_counted()
    {
        for (var i = 0; i < 150; i++)
        {
            directory.Put($"agent-{i:000}", new TestCard("a", Extensions: ["urn:x"]));
        }

        var extension = Find("urn:x")!;
        Assert.Equal(150, extension.UsageCount);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"agent-{i:000}"), extension.DeclaringAgents);
    }

    private int Count(ExtensionQuery query) => directory.Agents.ListExtensions(TestDirectory.Everybody, query).TotalCount;

    private ExtensionInfo? Find(string uri) => directory.Agents.FindExtension(TestDirectory.Everybody, uri);
}
