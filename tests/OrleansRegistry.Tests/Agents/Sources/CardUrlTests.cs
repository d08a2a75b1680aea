using Microsoft.AspNetCore.Http;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Shared.CardServer;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Agents.Sources;

/// <summary>Agents that are registered by the URL of their card.</summary>
public sealed class CardUrlTests(SourceFixture fixture) : IClassFixture<SourceFixture>, IAsyncLifetime
{
    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly RegistryHost host = fixture.Host;
    private CardServer server = null!;

    public async ValueTask InitializeAsync() => server = await CardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("/cards/a.json", "/cards/a.json", 1)]
    [InlineData("/cards?name=a", "/cards?name=a", 1)]
    [InlineData("", WellKnown, 2)]
    [InlineData("/", WellKnown, 2)]
    [InlineData("/team/a/#top", "/team/a" + WellKnown, 2)]
    [InlineData("/old", "/old/.well-known/agent.json", 3)]
    public async Task The_card_is_at_the_url_or_at_the_well_known_path_below(string given, string found, int requests)
    {
        server.At[found] = Serve(Card("a"), "v1");
        var written = await RegisterAsync(server.Url(given));
        Assert.Equal((true, "a", Card("a")), (written.Created, written.Agent.Id, written.Agent.Card.ToString()));
        Assert.Equal(requests, server.Requests.Count);
        var source = (await host.Agents.GetAsync(alice, "a"))!.Source!;
        Assert.Equal((server.Url(found), null, null), (source.Url, source.RefreshInterval, source.Failure));
        Assert.InRange(source.FetchedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task What_is_no_card_at_the_url_itself_does_not_keep_from_the_one_below()
    {
        server.At["/"] = Serve("<html>Welcome</html>", type: "text/html");
        server.At[WellKnown] = Serve(Card("a"));
        Assert.Equal(server.Url(WellKnown), (await RegisterAsync(server.Url("/"))).Agent.Source!.Url);
        server.At["/"] = Serve("""{"status":"ok"}""");
        Assert.False((await RegisterAsync(server.Url("/"))).Created);
    }

    [Fact]
    public async Task Redirects_are_followed_up_to_three_times()
    {
        server.At["/0"] = Redirect("/1", 301);
        server.At["/1"] = Redirect("/2", 307);
        server.At["/2"] = Redirect(server.Url("/card"), 308);
        server.At["/card"] = Serve(Card("a"));
        Assert.Equal(server.Url("/0"), (await RegisterAsync(server.Url("/0"))).Agent.Source!.Url);

        server.At["/card"] = Redirect("/other");
        server.At["/other"] = Serve(Card("a"));
        await RefusedAsync(server.Url("/0"), "redirects more than 3 times");
        server.At["/2"] = Redirect("file:///etc/passwd");
        await RefusedAsync(server.Url("/0"), "redirects to what is not an http or https URL");
        server.At["/2"] = Redirect("http://user:secret@example.com/");
        await RefusedAsync(server.Url("/0"), "without a user name");
    }

    [Theory]
    [InlineData("ftp://example.com/card")]
    [InlineData("/cards/a.json")]
    [InlineData("")]
    [InlineData("https://user@example.com/")]
    [InlineData("https://user:secret@example.com/")]
    public async Task What_is_no_such_url_is_refused(string url)
    {
        var refusal = await Refused(RegistryError.Invalid, () => RegisterAsync(url));
        Assert.Equal("card_url", refusal.Field);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_way_to_have_no_card_is_told()
    {
        await RefusedAsync($"https://{new string('x', 2048)}.example.com/", "up to 2,048 characters");
        await RefusedAsync(server.Url("/nothing"), "/nothing answered 404; ", "agent-card.json answered 404; ", "agent.json answered 404");
        server.At["/a.json"] = Serve("<html>", type: "text/html");
        await RefusedAsync(server.Url("/a.json"), "is no agent card: agent_card: is not valid JSON");
        server.At["/a.json"] = Serve("""{"title":"no card"}""");
        await RefusedAsync(server.Url("/a.json"), "is no agent card", "name");
        server.At["/a.json"] = Serve($$"""{"name":"a","description":"{{new string('x', 300_000)}}"}""");
        await RefusedAsync(server.Url("/a.json"), "has more than 262,144 bytes");
        server.At["/a.json"] = async context =>
        {
            context.Abort();
            await Task.CompletedTask;
        };
        await RefusedAsync(server.Url("/a.json"), "/a.json closed the connection");
        await RefusedAsync(server.Url("/a.json", scheme: "https"), "TLS");
        await RefusedAsync("http://127.0.0.1:1/a.json", "could not be connected to");
        await RefusedAsync("http://no-such-host.invalid/a.json", "has no address");
        Assert.Empty((await host.Agents.ListAsync(alice)).Agents);
    }

    [Fact]
    public async Task A_server_that_is_too_slow_is_given_up_once_for_all_places()
    {
        await using var quick = await SourceHost.StartAsync(options => options with { Timeout = TimeSpan.FromSeconds(1) });
        server.At["/"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var refusal = await Refused(RegistryError.Invalid, () => quick.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/"))));
        Assert.EndsWith("did not answer within 1 s", refusal.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task This_machine_is_refused_by_its_address_and_by_a_name_that_leads_to_it()
    {
        await using var closed = await SourceHost.StartAsync(options => options with { AllowedNetworks = [] });
        server.At[WellKnown] = Serve(Card("a"));
        foreach (var name in new[] { "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433" })
        {
            var refusal = await Refused(RegistryError.Invalid, () => closed.Agents.RegisterAsync(alice, SourceHost.At(server.Url(host: name))));
            Assert.Contains("leads to an address where this registry fetches no cards", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("169.254.169.254")]
    [InlineData("[::1]")]
    public async Task So_is_what_a_redirect_leads_to(string address)
    {
        server.At["/a"] = Redirect(server.Url("/inside", address));
        server.At["/inside"] = Serve(Card("a"));
        await RefusedAsync(server.Url("/a"), "/a leads to an address where this registry fetches no cards");
        Assert.DoesNotContain(server.Requests, request => request.Path == "/inside");
    }

    [Fact]
    public async Task Nothing_of_this_machine_is_sent()
    {
        server.At["/a"] = context =>
        {
            context.Response.Cookies.Append("seen", "1");
            return Redirect("/b")(context);
        };
        server.At["/b"] = Serve(Card("a"));
        await RegisterAsync(server.Url("/a"));
        await RegisterAsync(server.Url("/a"));
        string[] usual = ["Host", "User-Agent", "Accept", "traceparent"];
        Assert.All(server.Requests, request => Assert.Empty(request.Headers.Keys.Except(usual, StringComparer.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task What_does_not_go_with_a_url_is_refused()
    {
        var url = server.Url("/a.json");
        server.At["/a.json"] = Serve(Card("a"));
        var both = SourceHost.At(url) with { Card = "{}"u8.ToArray() };
        Assert.Equal("card_url", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, both))).Field);
        foreach (var seconds in new[] { 0, 59, (30 * 86_400) + 1 })
        {
            var often = SourceHost.At(url, refresh: TimeSpan.FromSeconds(seconds));
            Assert.Equal("refresh_seconds", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, often))).Field);
        }

        var sent = Cards.Registration("a") with { RefreshInterval = TimeSpan.FromHours(1) };
        Assert.Equal("refresh_seconds", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, sent))).Field);
        Assert.Empty(server.Requests);

        var batch = await host.Agents.RegisterManyAsync(alice, [SourceHost.At(url), Cards.Registration("b"), sent]);
        Assert.Equal(["card_url", null, "refresh_seconds"], batch.Select(entry => entry.Refused?.Field));
        Assert.Empty(server.Requests);
        var longest = await host.Agents.RegisterAsync(alice, SourceHost.At(url, refresh: TimeSpan.FromDays(30)));
        Assert.Equal(TimeSpan.FromDays(30), longest.Agent.Source!.RefreshInterval);
    }

    [Fact]
    public async Task Where_that_is_off_no_card_is_fetched()
    {
        await using var off = await SourceHost.StartAsync(options => options with { Enabled = false });
        await Refused(RegistryError.NotSupported, () => off.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/a.json"))));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_same_request_again_is_carried_out_once_and_another_url_is_another_request()
    {
        server.At["/a.json"] = Serve(Card("a"));
        server.At["/b.json"] = Serve(Card("a"));
        var once = alice with { IdempotencyKey = "k" };
        await host.Agents.RegisterAsync(once, SourceHost.At(server.Url("/a.json")));
        server.At["/a.json"] = Serve(Card("a", "changed in the meantime"));
        Assert.True((await host.Agents.RegisterAsync(once, SourceHost.At(server.Url("/a.json")))).Repeated);
        await Refused(RegistryError.KeyReused, () => host.Agents.RegisterAsync(once, SourceHost.At(server.Url("/b.json"))));
    }

    [Fact]
    public async Task Its_owner_alone_says_where_the_card_is()
    {
        server.At["/a.json"] = Serve(Card("a"));
        await host.Agents.RegisterAsync(alice, Cards.Registration("a"));
        var mallory = alice with { Subject = "mallory" };
        var refusal = await Refused(RegistryError.Forbidden, () => host.Agents.RegisterAsync(mallory, SourceHost.At(server.Url("/a.json"))));
        Assert.Equal("card_url", refusal.Field);
        Assert.Null((await host.Agents.GetAsync(alice, "a"))!.Source);
        Assert.NotNull((await RegisterAsync(server.Url("/a.json"))).Agent.Source);
    }

    private Task<AgentWriteResult> RegisterAsync(string url) => host.Agents.RegisterAsync(alice, SourceHost.At(url));

    private async Task RefusedAsync(string url, params string[] says)
    {
        var refusal = await Refused(RegistryError.Invalid, () => RegisterAsync(url));
        Assert.Equal("card_url", refusal.Field);
        Assert.All(says, text => Assert.Contains(text, refusal.Message, StringComparison.Ordinal));
    }
}
