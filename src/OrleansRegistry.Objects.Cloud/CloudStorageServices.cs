using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.Objects.Cloud.Azure;
using OrleansRegistry.Objects.Cloud.Gcs;
using OrleansRegistry.Objects.Cloud.S3;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>Registers the cloud stores.</summary>
public static class CloudStorageServices
{
    /// <summary>Adds what opens <c>s3://</c>, <c>gs://</c> and <c>az://</c>, with options as configuration and environment set them.</summary>
    /// <param name="services">The services; called again for the same, it only changes the options.</param>
    /// <param name="configure">Changes the options.</param>
    public static IServiceCollection AddCloudObjectStores(this IServiceCollection services, Action<CloudStorageOptions>? configure = null)
    {
        if (services.All(service => service.ImplementationType != typeof(S3Provider)))
        {
            services.AddObjectStores();
            services.AddSingleton<IObjectStoreProvider, S3Provider>();
            services.AddSingleton<IObjectStoreProvider, GcsProvider>();
            services.AddSingleton<IObjectStoreProvider, AzureProvider>();
            services.AddSingleton<IValidateOptions<CloudStorageOptions>, CloudStorageValidator>();
            services.AddOptions<CloudStorageOptions>()
                .Configure<IServiceProvider>((options, provider) => Bind(options, provider.GetService<IConfiguration>()))
                .ValidateOnStart();
        }

        return configure is null ? services : services.Configure(configure);
    }

    private static void Bind(CloudStorageOptions options, IConfiguration? configuration)
    {
        foreach (var group in configuration is null ? [] : CloudStorageSettings.All)
        {
            group.Bind(configuration!, options);
        }
    }
}

internal sealed class CloudStorageValidator : IValidateOptions<CloudStorageOptions>
{
    public ValidateOptionsResult Validate(string? name, CloudStorageOptions options)
    {
        var faults = CloudStorageSettings.All.SelectMany(group => group.FaultsOf(options))
            .Concat(S3Settings.FaultsOf(options.S3)).Concat(AzureSettings.FaultsOf(options.Azure)).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
