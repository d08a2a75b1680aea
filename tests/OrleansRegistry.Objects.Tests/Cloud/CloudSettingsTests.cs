using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.Objects.Cloud;

namespace OrleansRegistry.Objects.Tests.Cloud;

public sealed class CloudSettingsTests
{
    [Theory]
    [InlineData("s3://bucket/prefix", "", "S3 bucket bucket (prefix/)")]
    [InlineData("s3:", "AWS_S3_BUCKET=snapshots", "S3 bucket snapshots")]
    [InlineData("s3:", "CLOUD_STORAGE_BUCKET=all", "S3 bucket all")]
    [InlineData("gs://bucket/prefix", "PERSIST_GCS_PREFIX=not/this", "Google Cloud Storage bucket bucket (prefix/)")]
    [InlineData("gs:", "PERSIST_GCS_BUCKET=snapshots;PERSIST_GCS_PREFIX=in/production", "Google Cloud Storage bucket snapshots (in/production/)")]
    [InlineData("gs:", "GCS_BUCKET=snapshots", "Google Cloud Storage bucket snapshots")]
    [InlineData("gs:", "CLOUD_STORAGE_BUCKET=all", "Google Cloud Storage bucket all")]
    [InlineData("az://container", "AZURE_STORAGE_ACCOUNT=a;AZURE_STORAGE_KEY=AAAA", "Azure container container")]
    [InlineData("az:", "AZURE_STORAGE_CONTAINER=c;AZURE_STORAGE_ACCOUNT=a;AZURE_STORAGE_SAS_TOKEN=sig", "Azure container c")]
    public async Task Settings_name_the_bucket(string place, string settings, string description)
    {
        await using var services = Services(settings);

        await using var store = Open(services, place);

        Assert.Equal(description, store.Description);
    }

    [Theory]
    [InlineData("s3:", "AWS_S3_BUCKET")]
    [InlineData("gs:", "PERSIST_GCS_BUCKET")]
    [InlineData("az:", "AZURE_STORAGE_CONTAINER")]
    public async Task A_place_without_a_bucket_says_which_setting_names_one(string place, string setting)
    {
        await using var services = Services("");

        var told = Assert.Throws<ObjectStoreException>(() => Open(services, place));

        Assert.Equal(ObjectStoreError.Configuration, told.Error);
        Assert.Contains($"set {setting}", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID=a", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together")]
    [InlineData("AWS_S3_KMS_KEY_ID=k;AWS_S3_ENCRYPTION=AES256", "AWS_S3_KMS_KEY_ID is set, and AWS_S3_ENCRYPTION is not aws:kms")]
    [InlineData("AZURE_STORAGE_KEY=AAAA", "AZURE_STORAGE_ACCOUNT is not set")]
    [InlineData("AZURE_STORAGE_ACCOUNT=a;AZURE_STORAGE_CONNECTION_STRING=c", "are both set")]
    [InlineData("AZURE_STORAGE_ACCOUNT=a;AZURE_STORAGE_KEY=AAAA;AZURE_STORAGE_SAS_TOKEN=s", "are both set")]
    public async Task Settings_that_do_not_fit_together_are_told(string settings, string part)
    {
        await using var services = Services(settings);

        var told = Assert.Throws<OptionsValidationException>(() => Open(services, "s3://bucket"));

        Assert.Contains(part, told.Message, StringComparison.Ordinal);
    }

    private static IObjectStore Open(IServiceProvider services, string text)
    {
        Assert.True(ObjectPlace.TryParse(text, out var place));
        return services.GetRequiredService<ObjectStores>().Open(place);
    }

    private static ServiceProvider Services(string settings)
    {
        var pairs = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);

        // The registry adds them, and so may its host.
        return services.AddCloudObjectStores().AddCloudObjectStores().BuildServiceProvider();
    }
}
