using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Http.Tests.Tokens;

/// <summary>Which roles a token gives.</summary>
public sealed class TokenRoleTests
{
    [Theory]
    [InlineData("roles", new[] { "viewer", "offline_access" }, "viewer")]
    [InlineData("roles", "devops viewer", "devops,viewer")]
    [InlineData("roles", new[] { "king" }, "")]
    [InlineData("roles", 7, "")]
    [InlineData("roles", new[] { "operator", "viewer" }, "viewer")]
    [InlineData("groups", new[] { "owner" }, "user")]
    public async Task They_are_those_that_the_registry_knows_and_without_the_claim_those_of_the_setting(string claim, object value, string roles)
    {
        await using var host = await TokenHost.StartAsync();
        var allowed = RegistryRoles.Of(roles.Split(',', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal($"{allowed} token:{TokenMaker.Issuer} {roles}", await AskAsync(host, claim, value));
    }

    [Fact]
    public async Task The_claim_and_the_roles_of_others_are_settings()
    {
        await using var host = await TokenHost.StartAsync(options =>
        {
            options.Tokens.RolesClaim = "groups";
            options.Tokens.DefaultRoles = [];
        });
        Assert.StartsWith($"{RegistryRoles.Of(["owner"])} ", await AskAsync(host, "groups", new[] { "owner" }), StringComparison.Ordinal);
        Assert.StartsWith($"{Permissions.None} ", await AskAsync(host, "roles", new[] { "owner" }), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(TokenHost host, string claim, object value)
    {
        using var answer = await host.AskAsync(host.Key.Make(host.Now, (claim, value)), "/rights");
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
