using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Push;

/// <summary>Registers what delivers push notifications.</summary>
internal static class PushServices
{
    public static void AddPush(this IServiceCollection services)
    {
        services.AddSingleton<PushSender>();
        services.AddSingleton<PushSource>();
        services.AddSingleton<PushLog>();
        services.AddSingleton<PushNode>();
        services.AddHostedService(provider => provider.GetRequiredService<PushNode>());
    }
}
