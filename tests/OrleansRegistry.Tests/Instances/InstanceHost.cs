using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Liveness;

namespace OrleansRegistry.Tests.Instances;

/// <summary>A registry with the agent <c>a</c>, which may have 20 instances.</summary>
public abstract class InstanceHost : IAsyncLifetime
{
    private protected static readonly Caller Alice = new("t", "alice");
    private protected static readonly Caller Bob = new("t", "bob");
    private protected static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private protected LeaseHost Host { get; private set; } = null!;

    private protected IAgentInstances Instances => Host.Services.GetRequiredService<IAgentInstances>();

    public async ValueTask InitializeAsync()
    {
        Host = await LeaseHost.StartAsync(options => options.MaxInstances = 20);
        await Host.Agents.RegisterAsync(Alice, Cards.Registration("a"));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Host.DisposeAsync();
    }

    private protected async Task<AgentRecord?> GetAsync() => await Host.Agents.GetAsync(Alice, "a");

    private protected Task<InstanceWritten> PutAsync(
        string name,
        string agent = "a",
        string? url = null,
        string? version = null,
        TimeSpan? ttl = null,
        bool ephemeral = false,
        Caller? caller = null) => Instances.PutAsync(
            caller ?? Alice,
            agent,
            name,
            new InstanceRegistration(url ?? $"http://{name}:80") { Version = version, Ttl = ttl, Ephemeral = ephemeral });
}
