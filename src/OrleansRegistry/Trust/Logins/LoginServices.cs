using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Trust.Logins;

/// <summary>Adds users and their sessions.</summary>
internal static class LoginServices
{
    public static void AddLogins(this IServiceCollection services)
    {
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<SlowAddresses>();
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<ICallerCredentials>(provider => provider.GetRequiredService<SessionTable>());
        services.AddSingleton<ILogins, SessionRegistry>();
        services.AddSingleton<IUsers, UserRegistry>();
        services.AddSingleton<IFirstUser, FirstUser>();
        services.AddHostedService<LoginSweep>();
    }
}
