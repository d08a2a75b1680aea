namespace OrleansRegistry.Client.Tests;

/// <summary>Users and their sessions over HTTP.</summary>
public sealed class UserTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private ClientHost? host;
    private RegistryClient? admin;

    public async ValueTask InitializeAsync()
    {
        host = await ClientHost.StartAsync(logins: true);
        await host.LocalUsers.CreateAsync(Caller.Default, new NewUser("root", [RegistryRoles.Operator]), Password);
        admin = await LogInAsync("default", "root", Password);
    }

    public async ValueTask DisposeAsync()
    {
        admin?.Dispose();
        await host!.DisposeAsync();
    }

    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var (caller, users) = (Caller.Default, admin!.Users);
        var made = await users.CreateAsync(caller, new NewUser("ann", ["user"]) { Tenant = "acme" }, Password, ClientHost.Cancellation);
        Assert.Equal(("ann", "acme", "root", false), (made.Name, made.Tenant, made.CreatedBy, made.IsDisabled));
        Assert.Equivalent(made, await users.GetAsync(caller, "ann", "acme", ClientHost.Cancellation), strict: true);
        Assert.Null(await users.GetAsync(caller, "ann", cancellationToken: ClientHost.Cancellation));
        await users.CreateAsync(caller, new NewUser("bob", ["viewer"]) { Tenant = "acme" }, Password, ClientHost.Cancellation);
        var first = await users.ListAsync(caller, "acme", 1, cancellationToken: ClientHost.Cancellation);
        var second = await users.ListAsync(caller, "acme", 1, first.NextPageToken, ClientHost.Cancellation);
        Assert.Equal(("ann", "bob", null), (Assert.Single(first.Users).Name, Assert.Single(second.Users).Name, second.NextPageToken));

        using var ann = await LogInAsync("acme", "ann", Password);
        var session = Assert.Single(await ann.Logins.ListAsync(caller, cancellationToken: ClientHost.Cancellation));
        Assert.Equal(("acme", "ann", "127.0.0.1"), (session.Tenant, session.User, session.Address));
        await ann.Users.ChangePasswordAsync(caller, Password, Password + "2", ClientHost.Cancellation);
        Assert.Equal(RegistryError.Forbidden, await FaultAsync(() => ann.Logins.ListAsync(caller)));
        Assert.Equal(new LoginResult(null, null, null), await admin.Logins.LoginAsync("acme", "ann", Password, null, ClientHost.Cancellation));

        await users.SetPasswordAsync(caller, "ann", Password, "acme", ClientHost.Cancellation);
        using var again = await LogInAsync("acme", "ann", Password);
        session = Assert.Single(await admin.Logins.ListAsync(caller, "ann", "acme", ClientHost.Cancellation));
        await admin.Logins.RevokeAsync(caller, session.Id, ClientHost.Cancellation);
        Assert.Equal(RegistryError.NotFound, await FaultAsync(() => admin.Logins.RevokeAsync(caller, session.Id)));
        using var third = await LogInAsync("acme", "ann", Password);
        await admin.Logins.RevokeAllAsync(caller, "ann", "acme", ClientHost.Cancellation);
        Assert.Empty(await admin.Logins.ListAsync(caller, "ann", "acme", ClientHost.Cancellation));

        var changed = await users.ChangeAsync(caller, "ann", new() { Roles = ["devops"], IsDisabled = true }, "acme", ClientHost.Cancellation);
        Assert.Equal(("devops", true), (Assert.Single(changed.Roles), changed.IsDisabled));
        await users.RemoveAsync(caller, "ann", "acme", ClientHost.Cancellation);
        Assert.Equal(RegistryError.NotFound, await FaultAsync(() => users.RemoveAsync(caller, "ann", "acme")));
        await WhoGuessesIsToldHowLongToWaitAsync();
    }

    private async Task WhoGuessesIsToldHowLongToWaitAsync()
    {
        LoginResult result;
        var tries = 0;
        do
        {
            result = await admin!.Logins.LoginAsync("acme", "guessed", "wrong horse", null, ClientHost.Cancellation);
            Assert.Null(result.Session);
        }
        while (result.Wait is null && ++tries < 9);
        Assert.InRange(result.Wait!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal(RegistryError.Invalid, await FaultAsync(() => admin.Logins.LoginAsync("a/b", "ann", Password)));
        Assert.Equal(RegistryError.Invalid, await FaultAsync(() => admin.Users.CreateAsync(Caller.Default, new NewUser("x", ["user"]), "short")));
    }

    private async Task<RegistryClient> LogInAsync(string tenant, string user, string password)
    {
        using var anybody = new RegistryClient(host!.Address.AbsoluteUri);
        var result = await anybody.Logins.LoginAsync(tenant, user, password, null, ClientHost.Cancellation);
        return new RegistryClient(host.Address.AbsoluteUri, new RegistryClientOptions { Token = RegistryToken.Of(result.Text!) });
    }

    private static async Task<RegistryError> FaultAsync(Func<Task> call) => (await Assert.ThrowsAsync<RegistryException>(call)).Error;
}
