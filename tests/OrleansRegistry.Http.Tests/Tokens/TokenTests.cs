using System.Security.Cryptography;
using System.Text;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Http.Tests.Tokens;

/// <summary>Which tokens count, and whom they name.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task A_token_names_the_caller()
    {
        await using var host = await TokenHost.StartAsync();
        var token = host.Key.Make(host.Now);
        Assert.Equal("acme/ann", await host.CallerAsync(token));
        Assert.Equal("acme/ann", await host.CallerAsync(token));
        Assert.Equal("acme/bob", await host.CallerAsync(host.Key.Make(host.Now, ("sub", "bob"))));
        Assert.Equal(1, host.Idp.Asked);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    public async Task A_request_without_a_token_is_told_how_to_bring_one(string? header)
    {
        await using var host = await TokenHost.StartAsync();
        var answer = await host.Client.SendAsync("GET", "/me", null, header is null ? [] : [("Authorization", header)]);
        Assert.Equal("Bearer realm=\"registry\"", answer.Headers.WwwAuthenticate.ToString());
        await answer.ProblemAsync(401, "Authorization");
        Assert.Equal(0, host.Idp.Asked);
    }

    [Theory]
    [InlineData("exp", -31, "expired")]
    [InlineData("exp", null, "exp")]
    [InlineData("nbf", 31, "not valid yet")]
    [InlineData("iss", "https://evil.example", "iss")]
    [InlineData("iss", null, "iss")]
    [InlineData("aud", "other", "aud")]
    [InlineData("aud", null, "aud")]
    [InlineData("tenant", null, "no claim tenant")]
    [InlineData("tenant", "a/b", "not a tenant")]
    [InlineData("tenant", "", "not a tenant")]
    [InlineData("tenant", 7, "one string")]
    [InlineData("tenant", new[] { "a", "b" }, "one string")]
    [InlineData("sub", null, "no claim sub")]
    [InlineData("sub", "a\r\nb", "not a subject")]
    [InlineData("sub", " ", "not a subject")]
    public async Task A_token_that_does_not_count_is_refused_with_why(string claim, object? value, string reason)
    {
        await using var host = await TokenHost.StartAsync();
        value = claim is "exp" or "nbf" && value is int seconds ? host.Now.AddSeconds(seconds).ToUnixTimeSeconds() : value;
        await RefusesAsync(host, host.Key.Make(host.Now, (claim, value)), reason);
        Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now)));
    }

    [Fact]
    public async Task Clocks_may_differ_by_as_much_as_the_setting_says()
    {
        await using var host = await TokenHost.StartAsync();
        var (late, early) = (host.Now.AddSeconds(-29).ToUnixTimeSeconds(), host.Now.AddSeconds(29).ToUnixTimeSeconds());
        Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now, ("exp", late))));
        Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now, ("nbf", early))));
        await using var exact = await TokenHost.StartAsync(options => options.Tokens.ClockSkew = TimeSpan.Zero);
        await RefusesAsync(exact, exact.Key.Make(exact.Now, ("exp", late)), "expired");
    }

    [Fact]
    public async Task A_token_that_was_good_is_not_good_for_ever()
    {
        await using var host = await TokenHost.StartAsync();
        var token = host.Key.Make(host.Now);
        Assert.Equal("acme/ann", await host.CallerAsync(token));
        host.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(31));
        await RefusesAsync(host, token, "expired");
    }

    [Fact]
    public async Task A_token_whose_end_is_beyond_all_times_is_no_fault_of_the_registry()
    {
        await using var host = await TokenHost.StartAsync();
        Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now, ("exp", 99_999_999_999_999))));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("ES512")]
    [InlineData("made-up")]
    public async Task Another_algorithm_than_the_key_has_is_refused(string algorithm)
    {
        await using var host = await TokenHost.StartAsync();
        var signed = TokenMaker.Signed($$"""{"alg":"{{algorithm}}","kid":"one"}""", TokenMaker.Claims(host.Now));

        // With the public key as a shared secret: what a service that goes by alg alone takes for good.
        var secret = Encoding.UTF8.GetBytes(host.Key.Jwk);
        var signature = algorithm == "none" ? "" : TokenMaker.Text(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));
        await RefusesAsync(host, $"{signed}.{signature}", "");
    }

    [Fact]
    public async Task Only_the_algorithms_of_the_setting_count()
    {
        await using var host = await TokenHost.StartAsync(options => options.Tokens.Algorithms = ["RS256"]);
        await RefusesAsync(host, host.Key.Make(host.Now), "alg");
    }

    [Fact]
    public async Task A_token_that_somebody_changed_or_else_signed_is_refused()
    {
        await using var host = await TokenHost.StartAsync();
        using var thief = new TokenMaker();
        await RefusesAsync(host, thief.Make(host.Now), "signature");
        var (mine, other) = (host.Key.Make(host.Now).Split('.'), host.Key.Make(host.Now, ("sub", "root")).Split('.'));
        await RefusesAsync(host, $"{mine[0]}.{other[1]}.{mine[2]}", "signature");
        foreach (var broken in (string[])[
            "x", "a.b.c", $"{mine[0]}.{mine[1]}", $"{mine[0]}.{mine[1]}.",
            $"{mine[0]}.{mine[1]}.!!", "....", "e30.e30.e30"])
        {
            await RefusesAsync(host, broken, "");
        }
    }

    [Fact]
    public async Task A_token_that_is_too_large_is_refused_before_it_is_read()
    {
        await using var host = await TokenHost.StartAsync();
        await RefusesAsync(host, new string('a', TokenGate.MaxTokenLength + 1), "16,384");
        Assert.Equal(0, host.Idp.Asked);
        Assert.Equal("acme/ann", await host.CallerAsync(host.Key.Make(host.Now, ("more", new string('a', 10_000)))));
    }

    [Fact]
    public async Task Claims_and_a_default_tenant_are_settings()
    {
        await using var host = await TokenHost.StartAsync(
            options => (options.Tokens.TenantClaim, options.Tokens.SubjectClaim, options.Tokens.DefaultTenant) = ("org", "email", "main"));
        Assert.Equal("org1/ann@x", await host.CallerAsync(host.Key.Make(host.Now, ("org", "org1"), ("email", "ann@x"))));
        Assert.Equal("main/ann@x", await host.CallerAsync(host.Key.Make(host.Now, ("email", "ann@x"))));
        await RefusesAsync(host, host.Key.Make(host.Now, ("org", "a b"), ("email", "ann@x")), "not a tenant");
    }

    [Theory]
    [InlineData("X-Registry-Tenant", "acme", 200)]
    [InlineData("X-Registry-Tenant", "other", 403)]
    [InlineData("X-Registry-Subject", "bob", 403)]
    [InlineData("X-Registry-Scope", "own", 200)]
    [InlineData("X-Registry-Scope", "tenant", 403)]
    public async Task Headers_say_nothing_that_the_token_does_not(string header, string value, int status)
    {
        await using var host = await TokenHost.StartAsync();
        Assert.Equal(status, (int)(await host.AskAsync(host.Key.Make(host.Now), "/me", (header, value))).StatusCode);
    }

    [Fact]
    public async Task The_OpenAPI_document_says_that_a_token_is_asked_for()
    {
        await using var host = await TokenHost.StartAsync();
        var document = await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var root = System.Text.Json.JsonDocument.Parse(document).RootElement;
        Assert.Equal("bearer", root.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").Text("scheme"));
        var paths = root.GetProperty("paths");
        Assert.True(paths.GetProperty("/me").GetProperty("get").GetProperty("security")[0].TryGetProperty("bearer", out _));
        Assert.False(paths.GetProperty("/health").GetProperty("get").TryGetProperty("security", out _));
    }

    [Fact]
    public async Task The_OpenAPI_document_has_every_way_that_counts_and_what_who_has_none_gets()
    {
        await using var host = await TokenHost.StartAsync(options => (options.ApiKeys, options.Logins) = (true, true));
        var document = await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var root = System.Text.Json.JsonDocument.Parse(document).RootElement;
        var key = root.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey");
        Assert.Equal(("apiKey", "header", "X-API-Key"), (key.Text("type"), key.Text("in"), key.Text("name")));
        var me = root.GetProperty("paths").GetProperty("/me").GetProperty("get");
        Assert.Equal(["bearer", "apiKey"], me.GetProperty("security").EnumerateArray().Select(one => one.EnumerateObject().Single().Name));
        Assert.All(["401", "403", "429"], status => Assert.True(me.GetProperty("responses").TryGetProperty(status, out _), status));
        var health = root.GetProperty("paths").GetProperty("/health").GetProperty("get").GetProperty("responses");
        Assert.All(["401", "403"], status => Assert.False(health.TryGetProperty(status, out _), status));
    }

    internal static async Task RefusesAsync(TokenHost host, string token, string reason)
    {
        var answer = await host.AskAsync(token);
        var challenge = answer.Headers.WwwAuthenticate.ToString();
        var problem = await answer.ProblemAsync(401, "Authorization");
        Assert.Contains("error=\"invalid_token\"", challenge, StringComparison.Ordinal);
        Assert.Contains(reason, problem.Text("detail"), StringComparison.Ordinal);
    }
}
