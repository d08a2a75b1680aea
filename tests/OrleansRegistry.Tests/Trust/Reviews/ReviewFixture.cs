using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Push;

namespace OrleansRegistry.Tests.Trust.Reviews;

/// <summary>A registry whose tenants may name hooks and webhooks on this machine. Tests keep apart by their tenants.</summary>
public sealed class ReviewFixture : IAsyncLifetime
{
    internal static TimeSpan HookTimeout { get; } = TimeSpan.FromMilliseconds(300);

    internal RegistryHost Host { get; private set; } = null!;

    internal IAgentReviews Reviews => Host.Services.GetRequiredService<IAgentReviews>();

    public async ValueTask InitializeAsync() => Host = await RegistryHost.StartAsync(Configure);

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    internal static void Configure(RegistryOptions options)
    {
        options.Push = PushHost.Quick;
        options.CardFetch = options.CardFetch with { AllowedNetworks = ["127.0.0.0/8"] };
        options.Reviews = options.Reviews with { HookTimeout = HookTimeout };
    }
}

/// <summary>Who takes part: somebody with agents, and two who may approve.</summary>
internal sealed record Cast(Caller Alice, Caller Rita, Caller Rob)
{
    public static Cast New()
    {
        var tenant = TestRegistry.NewCaller().Tenant;
        return new Cast(Of("alice", "user"), Of("rita", "admin"), Of("rob", "owner"));

        Caller Of(string subject, string role) => new(tenant, subject) { Allowed = RegistryRoles.Of([role]) };
    }

    public Caller Bob => Alice with { Subject = "bob" };
}
