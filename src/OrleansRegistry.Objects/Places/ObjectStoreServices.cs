using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Objects;

/// <summary>Registers what opens object stores.</summary>
public static class ObjectStoreServices
{
    /// <summary>Adds <see cref="ObjectStores"/>, with <see cref="ObjectOptions"/> as configuration and environment set them.</summary>
    /// <param name="services">The services; called again for the same, it only changes the options.</param>
    /// <param name="configure">Changes the options.</param>
    public static IServiceCollection AddObjectStores(this IServiceCollection services, Action<ObjectOptions>? configure = null)
    {
        if (services.All(service => service.ServiceType != typeof(ObjectStores)))
        {
            services.AddSingleton<ObjectStores>();
            services.AddOptions<ObjectOptions>()
                .Configure<IServiceProvider>((options, provider) => Bind(options, provider.GetService<IConfiguration>()))
                .ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ObjectOptions>, ObjectOptionsValidator>());
        }

        return configure is null ? services : services.Configure(configure);
    }

    private static void Bind(ObjectOptions options, IConfiguration? configuration)
    {
        if (configuration is not null)
        {
            ObjectSettings.All.Bind(configuration, options);
        }
    }
}

internal sealed class ObjectOptionsValidator : IValidateOptions<ObjectOptions>
{
    public ValidateOptionsResult Validate(string? name, ObjectOptions options)
    {
        var faults = ObjectSettings.All.FaultsOf(options).ToList();
        if (faults.Count > 0)
        {
            return ValidateOptionsResult.Fail(faults);
        }

        try
        {
            Encryption.KeySource.Read(options);
            return ValidateOptionsResult.Success;
        }
        catch (ObjectStoreException wrong)
        {
            return ValidateOptionsResult.Fail(wrong.Message);
        }
    }
}
