using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Hosting;
using OrleansRegistry.Rest;

namespace OrleansRegistry.Cli.Tests;

public sealed class LoginTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TempFolder folder = new();
    private WebApplication? app;
    private TestCli cli = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Configuration["REGISTRY_LOGINS"] = "true";
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = StorageType.Memory;
            options.Logins = options.Logins with { HashIterations = 1 };
        });
        builder.Services.AddRegistryRest();
        app = builder.Build();
        app.MapRegistryRest();
        await app.StartAsync();
        await app.Services.GetRequiredService<IUsers>().CreateAsync(new Caller("acme"), new NewUser("ann", ["devops"]), Password);
        cli = new TestCli("--url", app.Urls.First());
        cli.Variables["XDG_CONFIG_HOME"] = folder.Path;
    }

    public async ValueTask DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Commands_after_a_login_are_the_users_until_it_logs_out()
    {
        Assert.Equal(4, (await cli.RunAsync("agents", "list")).Code);
        cli.Input = "wrong";
        var refused = await cli.RunAsync("login", "ann", "--tenant", "acme", "--password-stdin");
        Assert.Equal(4, refused.Code);
        Assert.Empty(Files());

        cli.Input = Password + "\n";
        var ran = await cli.RunAsync("login", "ann", "--tenant", "acme", "--password-stdin");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.StartsWith("Logged in as ann of acme until 2", ran.Error, StringComparison.Ordinal);
        var file = Assert.Single(Files());
        var token = await File.ReadAllTextAsync(file);
        Assert.StartsWith("ors_", token, StringComparison.Ordinal);
        Assert.DoesNotContain(token, ran.Output + ran.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await cli.DoAsync("agents", "list");
        Assert.StartsWith("ann of acme\nroles: devops\nby: session:", await cli.DoAsync("whoami"), StringComparison.Ordinal);
        Assert.Equal("acme", (await cli.JsonAsync("whoami")).GetProperty("tenant").GetString());

        await cli.DoAsync("logout");
        Assert.Empty(Files());
        Assert.Equal(4, (await cli.RunAsync("whoami")).Code);
        Assert.Equal(3, (await cli.RunAsync("logout")).Code);

        // A session that is over is forgotten, too.
        await cli.DoAsync("login", "ann", "--tenant", "acme", "--password-stdin");
        await app!.Services.GetRequiredService<ILogins>().RevokeAllAsync(new Caller("acme", "ann"));
        Assert.Equal(4, (await cli.RunAsync("whoami")).Code);
        await cli.DoAsync("logout");
    }

    [Fact]
    public async Task A_logout_ends_the_session_of_the_login_whatever_token_the_environment_names()
    {
        cli.Input = Password;
        cli.Variables["REGISTRY_TOKEN"] = "ork_another_credential";
        var again = await cli.RunAsync("login", "ann", "--tenant", "acme", "--password-stdin");
        Assert.Equal((0, true), (again.Code, again.Error.Contains("REGISTRY_TOKEN", StringComparison.Ordinal)));
        Assert.Contains("REGISTRY_TOKEN", (await cli.RunAsync("logout")).Error, StringComparison.Ordinal);
        Assert.Empty(Files());
        Assert.Empty(await app!.Services.GetRequiredService<ILogins>().ListAsync(new Caller("acme", "ann")));
        var nobody = await cli.RunAsync("logout");
        Assert.Equal(3, nobody.Code);
        Assert.Contains("REGISTRY_TOKEN", nobody.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_are_made_changed_and_removed()
    {
        var users = app!.Services.GetRequiredService<IUsers>();
        await users.CreateAsync(new Caller("acme"), new NewUser("boss", ["admin"]), Password);
        cli.Input = Password;
        await cli.DoAsync("login", "boss", "--tenant", "acme", "--password-stdin");
        await cli.DoAsync("users", "create", "bob", "--role", "user", "--role", "viewer", "--password-stdin");
        Assert.Equal("bob of acme\nroles: user, viewer\n", await cli.DoAsync("users", "show", "bob"));
        Assert.Equal(4, (await cli.RunAsync("users", "create", "bob", "--role", "user", "--password-stdin")).Code);
        Assert.Equal(4, (await cli.RunAsync("users", "create", "eve", "--role", "owner", "--password-stdin")).Code);
        Assert.Equal(4, (await cli.RunAsync("users", "list", "--tenant", "other")).Code);
        Assert.Equal(3, (await cli.JsonAsync("users", "list", "--tenant", "acme")).GetProperty("users").GetArrayLength());

        var own = new TestCli(cli.Always) { Input = Password };
        own.Variables["XDG_CONFIG_HOME"] = folder.Of("bob");
        await own.DoAsync("login", "bob", "--tenant", "acme", "--password-stdin");
        await cli.DoAsync("users", "logout", "bob");
        Assert.Equal(4, (await own.RunAsync("whoami")).Code);
        await own.DoAsync("login", "bob", "--tenant", "acme", "--password-stdin");
        await cli.DoAsync("users", "change", "bob", "--role", "viewer", "--disable");
        Assert.Equal(4, (await own.RunAsync("login", "bob", "--tenant", "acme", "--password-stdin")).Code);
        Assert.Equal("bob of acme, disabled\nroles: viewer\n", await cli.DoAsync("users", "show", "bob"));
        await cli.DoAsync("users", "change", "bob", "--enable");
        cli.Input = Password + "2";
        await cli.DoAsync("users", "password", "bob", "--password-stdin");
        own.Input = Password + "2";
        await own.DoAsync("login", "bob", "--tenant", "acme", "--password-stdin");
        await cli.DoAsync("users", "remove", "bob");
        Assert.Equal(3, (await cli.RunAsync("users", "show", "bob")).Code);
        Assert.Equal(2, (await cli.RunAsync("users", "change", "bob")).Code);
        Assert.Equal(2, (await cli.RunAsync("users", "change", "bob", "--enable", "--disable")).Code);
        Assert.Equal(2, (await cli.RunAsync("users", "create", "eve", "--role", "user")).Code);
        Assert.Equal(2, (await new TestCli("--store", folder.Of("store")).RunAsync("users", "list")).Code);
    }

    [Fact]
    public async Task What_cannot_be_meant_is_a_wrong_command_line()
    {
        Assert.Equal(2, (await cli.RunAsync("login", "ann")).Code);
        Assert.Equal(2, (await cli.RunAsync("login")).Code);
        Assert.Equal(2, (await new TestCli("--store", folder.Of("store")).RunAsync("login", "ann", "--password-stdin")).Code);
        cli.Variables.Remove("XDG_CONFIG_HOME");
        Assert.Equal(2, (await cli.RunAsync("login", "ann", "--password-stdin")).Code);
    }

    private string[] Files() => System.IO.Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
}
