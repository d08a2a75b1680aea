using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Http.Tests.Tokens;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests.Limits;

/// <summary>Who guesses credentials waits, by address.</summary>
public sealed class RefusedAddressTests
{
    [Fact]
    public async Task An_address_whose_credentials_do_not_count_waits_and_those_that_were_good_go_on()
    {
        await using var host = await TokenHost.StartAsync(options => options.Limits.RefusedPerMinute = 3);
        var (known, other) = (host.Key.Make(host.Now), host.Key.Make(host.Now, ("sub", "bob")));

        // The first has the keys read, the second is remembered.
        await host.CallerAsync(known);
        await host.CallerAsync(known);
        for (var i = 0; i < 3; i++)
        {
            await TokenTests.RefusesAsync(host, $"wrong.{i}.x", "");
        }

        // Neither another guess nor what was never good here is looked at; one that is known, and a request that guesses nothing, are.
        await WaitsAsync(host, "wrong.3.x", 20);
        await WaitsAsync(host, other, 20);
        Assert.Equal("acme/ann", await host.CallerAsync(known));
        await (await host.Client.SendAsync("GET", "/me")).ProblemAsync(401, "Authorization");
        host.Time.Advance(TimeSpan.FromSeconds(15));
        await WaitsAsync(host, other, 5);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("acme/bob", await host.CallerAsync(other));
        await TokenTests.RefusesAsync(host, "wrong.4.x", "");
        await WaitsAsync(host, "wrong.5.x", 20);
        host.Time.Advance(TimeSpan.FromHours(2));
        await TokenTests.RefusesAsync(host, known, "expired");
        await TokenTests.RefusesAsync(host, known, "expired");
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", 401)]
    [InlineData("2001:db8::1", "2001:db8::2", 429)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", 401)]
    public async Task Addresses_are_counted_apart_and_of_IPv6_networks(string one, string another, int expected)
    {
        await using var host = await TokenHost.StartAsync(
            options => (options.Limits.RefusedPerMinute, options.TrustedProxies) = (1, ["127.0.0.1"]));
        Assert.Equal([401, 429, expected], [await AskAsync(one), await AskAsync(one), await AskAsync(another)]);

        async Task<int> AskAsync(string address) => (int)(await host.AskAsync("x", "/me", ("X-Forwarded-For", address))).StatusCode;
    }

    [Fact]
    public void What_was_looked_at_together_counts_each_and_more_addresses_than_are_kept_share_what_is_left()
    {
        var time = new FakeTimeProvider();
        var options = new RegistryHttpOptions();
        options.Limits.RefusedPerMinute = 3;
        var addresses = new RefusedAddresses(options, time, apart: 1);
        var guesser = From("192.0.2.1");
        for (var i = 0; i < 10; i++)
        {
            addresses.Demand(guesser);
        }

        var refused = 0;
        for (var i = 0; i < 10; i++)
        {
            refused += IsRefused(() => addresses.Wrong(guesser)) ? 1 : 0;
        }

        // Three were free, three more are owed, and the rest got no answer of worth.
        Assert.Equal(7, refused);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(IsRefused(() => addresses.Demand(guesser)));
        time.Advance(TimeSpan.FromSeconds(20));
        addresses.Demand(guesser);

        // Of networks that fall on the same of the shared ones.
        var others = Enumerable.Range(0, 200).Select(i => From($"198.51.100.{i}")).ToList();
        others.ForEach(other => IsRefused(() => addresses.Wrong(other)));
        others.ForEach(other => IsRefused(() => addresses.Wrong(other)));
        Assert.Contains(others, other => IsRefused(() => addresses.Demand(other)));

        static DefaultHttpContext From(string address) => new()
        {
            Connection = { RemoteIpAddress = IPAddress.Parse(address) },
            Request = { Headers = { Authorization = "Bearer x" } },
        };

        static bool IsRefused(Action act)
        {
            try
            {
                act();
                return false;
            }
            catch (LimitException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Without_the_limit_nobody_waits()
    {
        await using var host = await TokenHost.StartAsync(options => options.Limits.RefusedPerMinute = 0);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.AskAsync("x")).StatusCode);
        }
    }

    private static async Task WaitsAsync(TokenHost host, string token, int seconds)
    {
        var answer = await host.AskAsync(token);
        Assert.Equal($"{seconds}", answer.One("Retry-After"));
        var problem = await answer.ProblemAsync(429);
        Assert.Equal("limit_exceeded", problem.Text("code"));
        Assert.Contains("3 credentials a minute", problem.Text("detail"), StringComparison.Ordinal);
    }
}
