using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests;

/// <summary>Headers that say who calls count only from proxies that are named.</summary>
public sealed class HeaderProxyTests
{
    [Theory]
    [InlineData("", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.0.0.0/8", 200)]
    [InlineData("10.0.0.1", 401)]
    [InlineData("10.0.0.0/8", 401)]
    public async Task Of_others_they_are_401_whatever_they_say_of_themselves(string proxies, int expected)
    {
        await using var host = await FrontEndHost.StartAsync(
            configure: options =>
            {
                options.TrustCallerHeaders = true;
                options.TrustedProxies = proxies.Length == 0 ? [] : [proxies];
            },
            use: app => ((IEndpointRouteBuilder)app).UseRegistryHttp().Get(
                "/me", context => context.Response.WriteAsync(context.GetCaller().Subject), new ApiOperation("me", "Me", "Who calls")));
        using var answer = await host.Client.SendAsync(
            "GET", "/me", null, ("X-Registry-Tenant", "acme"), ("X-Registry-Subject", "ann"), ("X-Forwarded-For", "10.0.0.1"));
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Of_others_the_scope_is_not_believed_either_where_a_caller_is_known_without_headers()
    {
        await using var host = await FrontEndHost.StartAsync(
            configure: options =>
            {
                options.TrustCallerHeaders = true;
                options.TrustScopeHeader = true;
                options.DefaultCaller = new Caller("acme", "default");
                options.TrustedProxies = ["10.0.0.1"];
            },
            use: app => ((IEndpointRouteBuilder)app).UseRegistryHttp().Get(
                "/me", context => context.Response.WriteAsync(context.GetCaller().Subject), new ApiOperation("me", "Me", "Who calls")));
        using var plain = await host.Client.SendAsync("GET", "/me", null);
        Assert.Equal(200, (int)plain.StatusCode);
        using var answer = await host.Client.SendAsync("GET", "/me", null, ("X-Registry-Scope", "tenant"));
        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("::1", "", true)]
    [InlineData("::ffff:127.0.0.1", "", true)]
    [InlineData("10.0.0.7", "", false)]
    [InlineData("10.0.0.7", "10.0.0.0/8", true)]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7", true)]
    [InlineData("127.0.0.1", "10.0.0.7", false)]
    public void Who_is_one_is_who_is_named_else_this_machine(string peer, string proxies, bool expected)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        Assert.Equal(expected, new HeaderProxies(proxies.Length == 0 ? [] : [proxies]).IsOne(context));
    }
}
