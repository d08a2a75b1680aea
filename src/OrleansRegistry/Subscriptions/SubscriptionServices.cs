using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Subscriptions;

/// <summary>Registers subscriptions, wherever there is a directory.</summary>
internal static class SubscriptionServices
{
    public static void AddSubscriptions(this IServiceCollection services)
    {
        services.AddSingleton(provider => new CloudEvents(provider.GetService<AgentFormat>() ?? CloudEvents.WriteBare));
        services.AddSingleton<SubscriptionSender>();
        services.AddSingleton<SubscriptionNews>();
        services.AddGuarded<IAgentSubscriptions, AgentSubscriptions, GuardedSubscriptions>();
        services.AddHostedService<SubscriptionService>();
    }
}
